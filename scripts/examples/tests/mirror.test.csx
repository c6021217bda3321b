Test("the display shows whole °F, written when they change", plant =>
{
    plant.Load("recipes/mirror.csx");
    plant.furnace.Scan(temperature: 100);
    plant.furnace.Scan(temperature: 100.2);                 // 212.36 °F
    plant.furnace.Scan(temperature: 100.4);                 // 212.72 °F
    plant.furnace.Scan(temperature: Quality.BadComm);
    plant.display.Writes.ShouldHave(new { tag = "temperature", value = 212 }, new { tag = "temperature", value = 213 });
});

Test("after a restart a value that the display has is not written again", plant =>
{
    plant.Load("recipes/mirror.csx");
    plant.furnace.Scan(temperature: 100);
    plant.Restart();
    plant.furnace.Scan(temperature: 100);
    plant.display.Writes.ShouldHaveCount(1);
});
