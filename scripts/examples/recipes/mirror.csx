// The temperature of the furnace on a display, which shows whole °F: converted, and written when it has changed by a degree.
Plant.furnace.Scans
    .Scale("temperature", 1.8, 32)
    .Round("temperature")
    .Write(Plant.display, "temperature", scan => scan["temperature"], changedOnly: true);
