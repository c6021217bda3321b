Test("a computed value is rounded to the nearest count, and the register holds it", plant =>
{
    plant.Load("recipes/setpoint.csx");
    plant.line.Scan(level: 12.26);
    plant.press.Writes.ShouldHave(new { tag = "setpoint", value = 12.3 });
    plant.press.Scan();
    plant.Sinks.none.ShouldHave(new { tags = new { setpoint = 12.3 } });
    plant.line.Scan(level: 4000);
    plant.press.Writes.ShouldHave(new
    {
        tag = "setpoint", value = 4000, refused = "40000 does not fit INT, which holds whole numbers from -32768 to 32767; nothing was written",
    });
});

Test("a tag that refuses to round, a single, a text with its padding, a bit", plant =>
{
    plant.Load("recipes/types.csx");
    plant.line.Scan(level: 0.1);
    plant.press.Writes.ShouldHave(
        new { tag = "strict", value = 0.1, refused = "0.1 does not fit INT, which holds whole numbers from -32768 to 32767; nothing was written" },
        new { tag = "real", value = 0.1 },
        new { tag = "text", value = "n0.1" },
        new { tag = "flag", value = 0.1, refused = "0.1 does not fit BOOL, which holds TRUE or FALSE; nothing was written" });
    plant.line.Scan(level: 1);
    plant.press.Writes.ShouldHave(
        new { tag = "strict", value = 1 }, new { tag = "real", value = 1 }, new { tag = "text", value = "n1" }, new { tag = "flag", value = true });
});

Test("a value is written when it changed, also after a reload and a restart", plant =>
{
    plant.Load("recipes/changed.csx");
    plant.line.Scan(level: 5);
    plant.line.Scan(level: 5);
    plant.Reload("recipes/changed.csx", text => text + "\n// edited");
    plant.line.Scan();
    plant.Restart();
    plant.line.Scan();
    plant.press.Writes.ShouldHave(new { tag = "count", value = 5 });
    plant.line.Scan(level: 6);
    plant.press.Writes.ShouldHave(new { tag = "count", value = 6 });
});

Test("a change that could not be written is written with the next scan", plant =>
{
    plant.Load("recipes/changed.csx");
    plant.press.Cut("off");
    plant.line.Scan(level: 5);
    plant.Restart();
    plant.line.Scan();
    plant.press.Heal();
    plant.line.Scan();
    plant.line.Scan();
    plant.press.Writes.ShouldHave(
        new { value = 5, refused = "press is not connected: off" }, new { value = 5, refused = "press is not connected: off" }, new { value = 5 });
});

Test("a tag that an operator removed is the reason", plant =>
{
    plant.Load("recipes/missing.csx");
    plant.line.Scan(level: 5, other: 1);
    plant.line.Scan(other: 2);
    plant.press.Writes.ShouldHave(
        new { value = 10 }, new { refused = "\"level\" is not in this scan: an operator before Write removed it" });
});
