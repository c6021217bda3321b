Plant.press.Scans.Where(scan => scan.Has("amps")).Write(Plant.lab, "setpoint", scan => scan["amps"].Number);
