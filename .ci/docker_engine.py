"""A Docker engine of its own, for .ci/engine: started in a temporary folder, gone without a trace.

The engine runs in namespaces of its own (processes, network, mounts), which end with their first process. So
killing that one process ends the engine and all containers, and no bridge, firewall rule or mount of the machine is
ever touched. The containers reach no network but their own: base images are stand-ins of the same name, made from
Debian's packages.
"""

import os
import platform
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

NEEDED = {
    "dockerd": "docker.io",
    "iptables": "iptables",
    "tini": "tini",
    "ip": "iproute2",
    "debootstrap": "debootstrap",
    "strip": "binutils",
}
# What the stand-ins of the base images hold, beyond a minimal Debian.
INSIDE = "ca-certificates,redis-server,postgresql"
# In memory, since dpkg writes each file through to the disk. Nothing is fetched in a container: it has no sources.
DEBOOTSTRAP = f"""
mount -t tmpfs debian "$1"
debootstrap --variant=minbase --include={INSIDE} "$2" "$1"
cd "$1"
rm -rf var/cache/apt/archives/*.deb var/lib/apt/lists/*_* usr/share/doc usr/share/locale usr/share/man
: > etc/apt/sources.list
tar -cf "$3" .
"""
STARTS_WITHIN = 30

REDIS = """FROM debian:bookworm-slim
RUN install -d -o redis -g redis /data
COPY redis-entrypoint /usr/local/bin/
VOLUME /data
WORKDIR /data
ENTRYPOINT ["redis-entrypoint"]
CMD ["redis-server"]
"""
# The official build has protected mode off.
REDIS_ENTRYPOINT = """#!/bin/sh
set -e
[ "$1" = redis-server ] || exec "$@"
chown -R redis:redis /data
exec setpriv --reuid=redis --regid=redis --clear-groups "$@" --protected-mode no
"""
POSTGRES = """FROM debian:bookworm-slim
RUN ln -s /usr/lib/postgresql/*/bin /usr/lib/postgresql/bin
ENV PATH=/usr/lib/postgresql/bin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin PGDATA=/var/lib/postgresql/data
COPY postgres-entrypoint /usr/local/bin/
VOLUME /var/lib/postgresql/data
STOPSIGNAL SIGINT
ENTRYPOINT ["postgres-entrypoint"]
CMD ["postgres"]
"""
# At the first start a server that listens on no network makes user and database, as the official one.
POSTGRES_ENTRYPOINT = """#!/bin/sh
set -e
[ "$1" = postgres ] || exec "$@"
as_postgres="setpriv --reuid=postgres --regid=postgres --clear-groups"
install -d -m 700 -o postgres -g postgres "$PGDATA"
install -d -o postgres -g postgres /var/run/postgresql
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  printf '%s' "$POSTGRES_PASSWORD" > /tmp/password && chmod 644 /tmp/password
  $as_postgres initdb --username="$POSTGRES_USER" --pwfile=/tmp/password --encoding=UTF8 --locale=C.UTF-8 \\
    --auth-local=trust --auth-host=scram-sha-256
  rm /tmp/password
  echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
  echo "listen_addresses = '*'" >> "$PGDATA/postgresql.conf"
  $as_postgres pg_ctl -w -o "-c listen_addresses=''" start
  [ "$POSTGRES_DB" = postgres ] || $as_postgres createdb --username="$POSTGRES_USER" "$POSTGRES_DB"
  $as_postgres pg_ctl -w -m fast stop
fi
exec $as_postgres "$@"
"""


class NoEngine(Exception):
    """Why no engine can be had on this machine."""


def attempt(what, words, **more):
    """Runs a command whose failure means that there is no engine here."""
    done = subprocess.run(words, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)
    if done.returncode:
        raise NoEngine(f"{what} failed:\n" + "\n".join(done.stdout.splitlines()[-15:]))


class Engine:
    """The engine, from `with` to its end."""

    def __enter__(self):
        if os.geteuid() != 0:
            raise NoEngine("it needs root")
        # Debian's packages install programs where only root's PATH looks.
        os.environ["PATH"] += ":/usr/sbin:/sbin"
        self.folder = Path(tempfile.mkdtemp(prefix="miseban-engine-"))
        self.process = None
        self.init = None
        try:
            install_packages()
            self.start()
            self.make_base_images()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process:
            self.process.kill()
            self.process.wait()
            ended = lambda: not Path(f"/proc/{self.init}").exists()
            wait_for(ended, 20)
        for folder in sorted(Path("/sys/fs/cgroup").glob(f"**/{self.folder.name}/**/"), reverse=True):
            wait_for(lambda: removed(folder), 5)
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        """Starts the daemon. It is killed when this process ends, however that happens."""
        own = self.folder
        daemon = ["tini", "--", "dockerd", "-H", f"unix://{own}/socket", "--data-root", f"{own}/data",
                  "--exec-root", f"{own}/exec", "--pidfile", f"{own}/pid", "--storage-driver", "overlay2",
                  "--exec-opt", "native.cgroupdriver=cgroupfs", "--cgroup-parent", f"/{own.name}"]
        # In memory it is quick, and gone with the namespace. A /run of its own hides another engine's sockets.
        script = f'mount -t tmpfs data {own}/data && mount -t tmpfs run /run && ip link set lo up && exec "$@"'
        own.joinpath("data").mkdir()
        apart = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
        with open(own / "log", "w") as log:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *apart, "sh", "-c", script, "sh", *daemon],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        plugins = own / "config/cli-plugins"
        plugins.mkdir(parents=True)
        plugins.joinpath("docker-compose").symlink_to(shutil.which("docker-compose"))
        os.environ |= {"DOCKER_HOST": f"unix://{own}/socket", "DOCKER_CONFIG": f"{own}/config",
                       # Debian's client has no buildx, which BuildKit needs.
                       "DOCKER_BUILDKIT": "0"}
        os.environ.pop("DOCKER_CONTEXT", None)
        answers = lambda: self.process.poll() is not None or not subprocess.run(
            ["docker", "info"], capture_output=True).returncode
        wait_for(answers, STARTS_WITHIN)
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        self.init = children.read_text().strip() if children.exists() else None
        if self.process.poll() is not None or not answers():
            raise NoEngine("dockerd does not start:\n" + "\n".join((own / "log").read_text().splitlines()[-15:]))

    def make_base_images(self):
        """Stand-ins for the images that docker-compose.yml and Dockerfile name."""
        attempt("docker import", ["docker", "import", str(debian()), "debian:bookworm-slim"])
        for image, dockerfile, entrypoint in [("redis:7.2-bookworm", REDIS, REDIS_ENTRYPOINT),
                                              ("postgres:17-bookworm", POSTGRES, POSTGRES_ENTRYPOINT)]:
            context = self.folder / image.split(":")[0]
            context.mkdir()
            context.joinpath("Dockerfile").write_text(dockerfile)
            script = context / f"{context.name}-entrypoint"
            script.write_text(entrypoint)
            script.chmod(0o755)
            attempt("docker build", ["docker", "build", "--quiet", "--tag", image, str(context)])

    def make_context(self, dockerfile, programs):
        """What the image is built from: programs that are built already, instead of the Dockerfile's first stage."""
        context = self.folder / "image"
        context.joinpath("programs").mkdir(parents=True)
        for program in ["miseban", "producer", "worker", "simulator"]:
            stripped = context / "programs" / program
            subprocess.run(["strip", "-o", str(stripped), str(programs / program)], check=True)
        text, stages = re.subn(r"^FROM rust:.*?(?=^FROM )", "", dockerfile, flags=re.M | re.S)
        text, copies = re.subn(r"^COPY --from=build /programs/ ", "COPY programs/ ", text, flags=re.M)
        assert stages == copies == 1, "the Dockerfile has one stage that builds"
        context.joinpath("Dockerfile").write_text(text)
        return context

    def fetch(self, url):
        """The status of a page that a container publishes on the loopback of this engine."""
        ask = ("import sys, urllib.request, urllib.error\n"
               "try: print(urllib.request.urlopen(sys.argv[1], timeout=5).status)\n"
               "except urllib.error.HTTPError as error: print(error.code)")
        words = ["nsenter", f"--net=/proc/{self.init}/ns/net", "python3", "-c", ask, url]
        return int(subprocess.run(words, text=True, capture_output=True).stdout or 0)


def install_packages():
    missing = [package for program, package in NEEDED.items() if not shutil.which(program)]
    if not missing:
        return
    if not shutil.which("apt-get"):
        raise NoEngine(f"{', '.join(missing)} must be installed")
    # Debian's packages start a server unless a policy forbids it.
    policy = Path("/usr/sbin/policy-rc.d")
    made = not policy.exists()
    if made:
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
    try:
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        attempt("apt-get update", ["apt-get", "update", "-q"], env=quiet)
        attempt("apt-get install", ["apt-get", "install", "-qy", "--no-install-recommends", *missing], env=quiet)
    finally:
        if made:
            policy.unlink()


def debian():
    """A minimal Debian of this machine's release, so that programs built here run in it. Kept for the next time."""
    release = platform.freedesktop_os_release()
    if release.get("ID") != "debian":
        raise NoEngine("the programs are built on another system than Debian, on which the image is based")
    release = release["VERSION_CODENAME"]
    kept = Path(tempfile.gettempdir(), f"miseban-ci-debian-{release}.tar")
    if not kept.exists():
        whole = kept.with_suffix(".part")
        with tempfile.TemporaryDirectory(prefix="miseban-debian-") as root:
            attempt("debootstrap", ["unshare", "--mount", "sh", "-ec", DEBOOTSTRAP, "sh", root, release, str(whole)])
        whole.rename(kept)
    return kept


def wait_for(holds, seconds):
    end = time.monotonic() + seconds
    while not (held := holds()) and time.monotonic() < end:
        time.sleep(0.2)
    return held


def removed(folder):
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True
