/* Modbus TCP server of libmodbus: see README.md for what it reads and prints. Units share one table per server, as libmodbus has it. */
#include <errno.h>
#include <modbus.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <pthread.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <sys/select.h>
#include <sys/socket.h>

#define OFFSETS 65536

/* Ends the process when stdin ends, so that it cannot outlive the test run. */
static void *watch(void *unused)
{
    (void)unused;
    while (getchar() != EOF) { }
    exit(0);
}

/* Reads lines "area offset value" up to an empty one: coil, discrete, input or holding. */
static void load(modbus_mapping_t *map)
{
    char line[128], area[16];
    int at, value;
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%15s %d %d", area, &at, &value) == 3) {
        if (at < 0 || at >= OFFSETS) continue;
        if (!strcmp(area, "coil")) map->tab_bits[at] = (uint8_t)value;
        else if (!strcmp(area, "discrete")) map->tab_input_bits[at] = (uint8_t)value;
        else if (!strcmp(area, "input")) map->tab_input_registers[at] = (uint16_t)value;
        else if (!strcmp(area, "holding")) map->tab_registers[at] = (uint16_t)value;
    }
}

int main(void)
{
    modbus_t *server = modbus_new_tcp("127.0.0.1", 0);
    modbus_mapping_t *map = modbus_mapping_new(OFFSETS, OFFSETS, OFFSETS, OFFSETS);
    uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    pthread_t watcher;
    fd_set all;
    int listener, most;

    if (!server || !map || (listener = modbus_tcp_listen(server, 8)) < 0) {
        fprintf(stderr, "%s\n", modbus_strerror(errno));
        return 1;
    }
    load(map);
    pthread_create(&watcher, NULL, watch, NULL);
    getsockname(listener, (struct sockaddr *)&address, &length);
    printf("READY %d\n", ntohs(address.sin_port));
    fflush(stdout);

    FD_ZERO(&all);
    FD_SET(listener, &all);
    most = listener;
    for (;;) {
        fd_set ready = all;
        if (select(most + 1, &ready, NULL, NULL, NULL) < 0) return 1;
        for (int s = 0; s <= most; s++) {
            if (!FD_ISSET(s, &ready)) continue;
            if (s == listener) {
                int line = accept(listener, NULL, NULL);
                if (line < 0) continue;
                FD_SET(line, &all);
                if (line > most) most = line;
                continue;
            }
            modbus_set_socket(server, s);
            int count = modbus_receive(server, query);
            if (count > 0) modbus_reply(server, query, count, map);
            else if (count < 0) {
                close(s);
                FD_CLR(s, &all);
            }
        }
    }
}
