Plant.line.Scans.Write(Plant.press, "setpoint", scan => scan["level"].Number);
Plant.press.Scans.Only("setpoint").To(Sinks.none);
