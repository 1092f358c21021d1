/* hello: the one program of an image made from scratch. Its output and status are what tests look
 * for. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	printf("Hello from a static binary.\n");
	printf("pid %d, %d arguments\n", (int)getpid(), argc - 1);
	for (int i = 1; i < argc; i++)
		printf("argument %s\n", argv[i]);
	return argc > 1 ? (int)strtol(argv[1], NULL, 10) : 0;
}
