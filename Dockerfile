# The course in a container, for machines that have no wheel of MXNet 1.9.1:
#
#   docker build --tag d2l-ext .
#   docker run --rm --publish 127.0.0.1:8888:8888 d2l-ext
#
# The image is linux/amd64, on Apple silicon too, where Docker translates it:
# MXNet's aarch64 wheel links against Arm's performance libraries
# (libarmpl_lp64_mp, libamath, libastring), which no Linux distribution packs.
FROM --platform=linux/amd64 python:3.12-slim

# What MXNet's wheel expects of the system.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libgomp1 libquadmath0 \
 && rm -rf /var/lib/apt/lists/*
RUN pip install --no-cache-dir "uv>=0.5"

RUN useradd --create-home student
USER student
WORKDIR /home/student/d2l-ext

# The locked packages first: a changed chapter does not install them again.
COPY --chown=student pyproject.toml uv.lock ./
RUN uv sync --frozen --no-cache --no-install-project
COPY --chown=student . .
RUN uv sync --frozen --no-cache

EXPOSE 8888
CMD ["uv", "run", "--frozen", "jupyter", "lab", "--ip=0.0.0.0", "--no-browser"]
