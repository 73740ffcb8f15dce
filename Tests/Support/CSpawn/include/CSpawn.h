// What of posix_spawn and pipes is glibc's own, which Swift's module of it leaves out.
#pragma once
#include <spawn.h>

int spawn_add_folder(posix_spawn_file_actions_t *actions, const char *path);
// The child has no descriptor from this one on.
int spawn_add_close_from(posix_spawn_file_actions_t *actions, int descriptor);
// Both ends close on exec.
int spawn_pipe(int ends[2]);
