#!/usr/bin/env bats
# terminal: `run -it` and `exec -it` in a real terminal (tmux).

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() {
  test_start
  tmux_start
}
teardown() {
  tmux_end
  test_end
}

mux() { tmux -S "$BATS_TEST_TMPDIR/tmux" "$@"; }

# A terminal of 80x24 with a shell whose prompt is "outer>".
tmux_start() {
  cat >outer.rc <<END
PS1='outer> '
PATH=$PATH
END
  mux -f /dev/null new-session -d -x 80 -y 24 "bash --rcfile $PWD/outer.rc -i" 3>&-
  mux set-option -g window-size manual
  sees 'outer>'
  typed 'stty -a | grep -v speed >before'
}

tmux_end() { mux kill-server 2>/dev/null || true; }

screen() { mux capture-pane -p -S -200; }
on_screen() { screen | grep -qE -- "$1"; }
sees() {
  wait_for "${2:-15}" on_screen "$1" || {
    screen
    return 1
  }
}
typed() { mux send-keys "$1" Enter; }

# The outer shell has its terminal back as it was.
terminal_intact() {
  typed "echo status=\$?"
  sees 'status=[0-9]+'
  typed 'stty -a | grep -v speed >after; touch compared'
  wait_for 10 test -e compared
  cmp before after
  typed 'echo ty''ped-and-seen'
  sees '^typed-and-seen'
}

@test "run -it bash: prompt, stty size, Ctrl-C, resize, exit; the terminal stays intact" {
  typed 'racker run -it --rm debian-bookworm bash'
  sees 'root@[0-9a-z-]+:/# ?$' 60
  typed 'stty size'
  sees '^24 80'
  typed 'tty; test -t 0 && test -t 1 && test -t 2 && echo all-terminals'
  sees '^all-terminals'
  # Ctrl-C ends the command inside, not the container.
  typed 'sleep 1000; echo slept=$?'
  sleep_runs() { screen | grep -q 'sleep 1000'; }
  wait_for 5 sleep_runs
  mux send-keys C-c
  typed 'echo alive=$((40 + 2))'
  sees '^alive=42'
  mux resize-window -x 100 -y 30
  typed 'stty size'
  sees '^30 100'
  mux resize-window -x 80 -y 24
  typed 'exit 6'
  sees 'outer> ?$'
  terminal_intact
  on_screen 'status=6'
}

@test "run -it of a plain image; Ctrl-D ends it" {
  typed 'racker run -it --rm busybox sh'
  sees '/ #'
  typed 'stty size; echo pid=$$'
  sees '^24 80'
  sees '^pid=1'
  mux send-keys C-d
  sees 'outer> ?$'
  terminal_intact
}

@test "exec -it in a running system" {
  local n
  n=$(name)
  racker run -d --name "$n" debian-bookworm sleep 1000 >/dev/null
  typed "racker exec -it $n bash"
  sees 'root@[0-9a-z-]+:/# ?$' 30
  typed 'stty size'
  sees '^24 80'
  typed 'exit 3'
  sees 'outer> ?$'
  terminal_intact
  on_screen 'status=3'
  racker rm -f "$n"
}

@test "the terminal is restored when racker is killed by a signal" {
  typed 'racker run -it --rm busybox sh'
  sees '/ #'
  local pid
  pid=$(racker_client)
  kill -TERM "$pid"
  typed ''
  # Whether the container ended with it or was told to: the outer shell must be usable.
  typed 'exit'
  sees 'outer> ?$'
  terminal_intact
}

# The pid of the racker that has the terminal.
racker_client() {
  local tty
  tty=$(mux display-message -p '#{pane_tty}')
  ps -t "${tty#/dev/}" -o pid=,comm= | awk '$2 == "racker" { print $1; exit }'
}

@test "-t without -i, and -it without a terminal" {
  typed 'racker run -t --rm busybox tty'
  sees '^/dev/'
  sees 'outer> ?$'
  run --separate-stderr bash -c 'racker run -it --rm busybox true </dev/null'
  equal "$status" 1
  contains "$stderr" "the input device is not a TTY"
}
