/* sum: adds up all words of a file, as plainly as can be: what reading that memory once costs.
 *
 * Build:  gcc -std=gnu11 -O2 -o sum sum.c        Use:  sum FILE
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    static uint64_t words[1 << 15];
    uint64_t sum = 0;
    int file = argc == 2 ? open(argv[1], O_RDONLY) : -1;
    ssize_t size;
    if (file < 0) return 2;
    while ((size = read(file, words, sizeof words)) > 0)
        for (ssize_t i = 0; i < size / 8; i++) sum += words[i];
    printf("%llx\n", (unsigned long long)sum);
    return size < 0;
}
