Test("a block is taken apart", plant =>
{
    plant.Load("recipes/blocks.csx");
    var block = plant.press.Block("DB1");
    block.Set(0, DataType.Bool, true, bit: 2);
    block.Set(2, DataType.Int, -3);
    block.Set(4, DataType.Real, 12.5);
    block.ShouldHave(0, 0x04, 0, 0xFF, 0xFD, 0x41, 0x48, 0, 0);
    plant.Advance(1.Seconds);
    plant.press.Cut("off");
    plant.Advance(1.Seconds);
    plant.Sinks.table.ShouldBe(
        new { failure = (string)null, values = new { on = true, count = -3, level = 12.5 } },
        new { failure = "off", values = new { on = (bool?)null, count = (int?)null, level = (double?)null } });
});

Test("a mirror copies, counts, and says when it cannot", plant =>
{
    plant.Load("recipes/blocks.csx");
    plant.press.Block("DB1").Write(0, 1, 2, 3, 4, 5, 6, 7, 8);
    plant.Advance(300.Milliseconds);
    plant.lab.Block("DB7").ShouldHave(0, 1, 2, 3, 4, 5, 6, 7, 8, 3);
    plant.press.Cut();
    plant.Advance(100.Milliseconds);
    plant.lab.Block("DB7").ShouldHave(0, 1, 2, 3, 4, 5, 6, 7, 8, 0);
    plant.press.Heal();
    plant.lab.Cut();
    plant.press.Block("DB1").Write(0, 9);
    plant.Advance(1.Seconds);
    Equal(1, plant.lab.Block("DB7")[0]);
    plant.lab.Heal();
    plant.Advance(100.Milliseconds);
    Equal(9, plant.lab.Block("DB7")[0]);
});

Test("a scan is put into a block, whole or not at all", plant =>
{
    plant.Load("recipes/encode.csx");
    var block = plant.lab.Block("DB9");
    plant.press.Scan(amps: 100, good: true);
    block.ShouldHave(0, 0, 100, 0x80, 0);
    plant.press.Scan(amps: 99.5, good: false);
    block.ShouldHave(0, 0, 100, 0x80, 0);
    Equal("amps has a value that its type cannot hold", block.Skipped);
    plant.lab.Cut("off");
    plant.press.Scan(amps: 99);
    Equal("off", block.Skipped);
});
