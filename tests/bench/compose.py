"""compose: racker compose and docker-compose on the engine of DOCKER_HOST with the same files."""
import os
import shlex

from common import TEST, path, run, timed

# Where Debian's docker-compose is not on PATH, DOCKER_COMPOSE names it.
PEER = os.environ.get("DOCKER_COMPOSE", "docker-compose")
SERVICES = 10


def service(name, image, after):
    lines = [f"  {name}:", f"    image: {image}", "    command: sleep 3600", "    init: true",
             "    environment: {GREETING: hello}", "    labels: [org.example.bench=yes]",
             "    networks: [front, back]", "    volumes: ['data:/data']"]
    if after:
        lines.append(f"    depends_on: [{after}]")
    return lines


def stack(image):
    """Ten services in two networks, with a volume; the first one before three, the second before the rest."""
    lines = ["name: bench", "services:"]
    for i in range(SERVICES):
        lines += service(f"s{i}", image, "" if i == 0 else "s0" if i < 4 else "s1")
    return "\n".join(lines + ["networks: {front: {}, back: {}}", "volumes: {data: {}}", ""])


def large(count):
    lines = ["name: large", "services:"]
    for i in range(count):
        lines += service(f"s{i}", "example/image:${TAG:-1}", f"s{i - 1}" if i else "")
        lines += [f"    ports: ['{10000 + i}:80', '127.0.0.1:{20000 + i}:443/tcp']",
                  "    healthcheck: {test: [CMD, 'true'], interval: 30s}",
                  "    deploy: {resources: {limits: {cpus: '0.5', memory: 64M}}}"]
    return "\n".join(lines + ["networks: {front: {}, back: {}}", "volumes: {data: {}}", ""])


FILES = {"racker": path("stack-racker.yaml"), "docker": path("stack-docker.yaml"), "large": path("large.yaml")}


def prepare():
    for name, text in (("racker", stack(f"{TEST}/library/busybox")), ("docker", stack("busybox")), ("large", large(100))):
        with open(FILES[name], "w", encoding="ascii") as f:
            f.write(text)


def up_and_down(command, file):
    def work():
        run(*command, "-f", file, "up", "--wait")
        run(*command, "-f", file, "down", "-v")
    return lambda: timed(work)


RACKER = ("racker", "--root", path("root"), "compose")
up_racker = up_and_down(RACKER, FILES["racker"])
up_docker = up_and_down(shlex.split(PEER), FILES["docker"])


def config_docker():
    return timed(lambda: run(*shlex.split(PEER), "-f", FILES["large"], "config"))


def network_racker():
    """What a network of its own adds to the start of a container: the difference of two starts."""
    def once(network):
        name = f"bench-{network}"
        run("racker", "--root", path("root"), "create", "--name", name, "--network", network,
            f"{TEST}/library/busybox", "sleep", "60")
        taken = timed(lambda: run("racker", "--root", path("root"), "start", name))
        run("racker", "--root", path("root"), "rm", "-f", name)
        return taken
    return once("bridge") - once("none")
