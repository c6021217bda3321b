Plant.line.Scans.Write(Plant.press, "strict", scan => scan["level"].Number);
Plant.line.Scans.Write(Plant.press, "real", scan => scan["level"].Number);
Plant.line.Scans.Write(Plant.press, "text", scan => $"n{scan["level"].Number}");
Plant.line.Scans.Write(Plant.press, "flag", scan => scan["level"].Number);
