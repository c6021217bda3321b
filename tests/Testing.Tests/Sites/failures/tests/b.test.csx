Test("misspelt", plant =>
{
    plant.pres.Scan();
    plant.press.Scan(amsp: 1);
    plant.Sinks.brker.ShouldBeEmpty();
    plant.press.Scan(amps: new object());
});
