namespace PlantRuntime.Sites.Tests;

[Trait("Needs", "Process")]
public class MirrorCheckTests
{
    private const string Site = """
        [site]
        name = "test"

        [devices.press]
        driver = "s7"
        host   = "127.0.0.1"

        [devices.lab]
        driver = "s7"
        host   = "127.0.0.2"
        blocks = "write"

        [devices.tank]
        driver = "simulator"
        blocks = "write"

          [devices.tank.tags]
          level = "const 5"
        """;

    [Fact]
    public async Task Plant_check_says_where_and_why_a_mirror_cannot_be()
    {
        using var site = new SiteFolder(Site);
        site.Write("recipes/mirror.csx", """
            var press = Plant.press;
            press.Block("DB5OO", bytes: 14).MirrorTo(Plant.lab.Block("DB1"), every: 100.Milliseconds);
            press.Block("DB500", bytes: 14).MirrorTo(Plant.tank.Block("DB2"), every: 100.Milliseconds);
            Plant.lab.Block("DB500", bytes: 14)
                .MirrorTo(press.Block("DB3"), every: 100.Milliseconds);
            press.Block("DB500", bytes: 70000).MirrorTo(Plant.lab.Block("DB4"), every: 100.Milliseconds);
            press.Block("DB500", bytes: 14).MirrorTo(Plant.lab.Block("DB6", bytes: 12), every: 100.Milliseconds, watchdog: 3);
            """);
        var (exit, output) = await PlantProcess.RunAsync("check", site.Path);
        Assert.Equal(1, exit);
        Assert.Matches(@"mirror\.csx\(2,14\): error: press: 'DB5OO', column 4: ", output);
        Assert.Matches(@"mirror\.csx\(3,60\): error: the driver simulator of tank has no blocks", output);
        Assert.Matches(
            @"mirror\.csx\(5,28\): error: press may not be written to: blocks = ""write"" in \[devices\.press\] of site\.toml allows it",
            output);
        Assert.Matches(@"mirror\.csx\(6,14\): error: press: a block of 70000 bytes from 'DB500' on: 1 to 65536 bytes are possible", output);
        Assert.Matches(@"mirror\.csx\(7,59\): error: a mirror copies all bytes: press DB500 has 14, lab DB6 has 12", output);
        Assert.Matches(@"mirror\.csx\(7,1\): error: the watchdog is outside the bytes that are copied, at 14 or beyond, not at 3", output);

        site.Write("recipes/mirror.csx",
            """Plant.press.Block("DB500", bytes: 14).MirrorTo(Plant.labor.Block("DB1"), every: 100.Milliseconds);""");
        (_, output) = await PlantProcess.RunAsync("check", site.Path);
        Assert.Matches(@"mirror\.csx\(1,54\): error CS0117: .*'labor': did you mean 'lab'", output);
    }
}
