Plant.press.Scans.Where(scan => scan.Has("amps")).EncodeTo(Plant.lab.Block("DB9", bytes: 4), new("amps", 0, DataType.Int), new("good", 2, DataType.Bool, bit: 7));
