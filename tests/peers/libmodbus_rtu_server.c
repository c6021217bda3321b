/* Modbus RTU server of libmodbus on a serial port: the first line of stdin is "port unit", then as libmodbus_server.c. Prints READY 0. */
#include <errno.h>
#include <modbus.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OFFSETS 65536

/* Ends the process when stdin ends, so that it cannot outlive the test run. */
static void *watch(void *unused)
{
    (void)unused;
    while (getchar() != EOF) { }
    exit(0);
}

int main(void)
{
    char line[300], port[256], area[16];
    uint8_t query[MODBUS_RTU_MAX_ADU_LENGTH];
    int unit, at, value;
    pthread_t watcher;
    modbus_t *server;
    modbus_mapping_t *map = modbus_mapping_new(OFFSETS, OFFSETS, OFFSETS, OFFSETS);

    if (!map || !fgets(line, sizeof line, stdin) || sscanf(line, "%255s %d", port, &unit) != 2) return 1;
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%15s %d %d", area, &at, &value) == 3) {
        if (at < 0 || at >= OFFSETS) continue;
        if (!strcmp(area, "coil")) map->tab_bits[at] = (uint8_t)value;
        else if (!strcmp(area, "discrete")) map->tab_input_bits[at] = (uint8_t)value;
        else if (!strcmp(area, "input")) map->tab_input_registers[at] = (uint16_t)value;
        else if (!strcmp(area, "holding")) map->tab_registers[at] = (uint16_t)value;
    }
    server = modbus_new_rtu(port, 9600, 'N', 8, 1);
    if (!server || modbus_set_slave(server, unit) || modbus_connect(server)) {
        fprintf(stderr, "%s\n", modbus_strerror(errno));
        return 1;
    }
    pthread_create(&watcher, NULL, watch, NULL);
    printf("READY 0\n");
    fflush(stdout);
    for (;;) {
        int count = modbus_receive(server, query);
        if (count > 0) modbus_reply(server, query, count, map);
    }
}
