# The workbench at the versions of the lock, run by an ordinary user; what it writes goes to /srv/bijstand.
#   docker build -t bijstand .
#   docker run --rm -v bijstand:/srv/bijstand bijstand                                        a report, in /srv/bijstand/outputs
#   docker run --rm -v bijstand:/srv/bijstand -p 127.0.0.1:8888:8888 bijstand jupyter lab --ip 0.0.0.0 --no-browser
FROM python:3.11-slim AS build
WORKDIR /src
RUN python -m venv /opt/bijstand
ENV PATH="/opt/bijstand/bin:$PATH"
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY LICENSE README.md pyproject.toml .gitignore ./
COPY src ./src
COPY notebooks ./notebooks
COPY data ./data
RUN pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim
COPY --from=build /opt/bijstand /opt/bijstand
ENV PATH="/opt/bijstand/bin:$PATH"
RUN useradd --create-home --uid 1000 analyst && mkdir /srv/bijstand && chown analyst: /srv/bijstand
USER analyst
RUN bijstand init /srv/bijstand
WORKDIR /srv/bijstand
EXPOSE 8888
CMD ["bijstand", "report"]
