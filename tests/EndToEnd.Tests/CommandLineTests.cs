namespace PlantRuntime.EndToEnd.Tests;

/// <summary>Mistyped command lines, and the help of a command.</summary>
[Trait("Needs", "Process")]
public class CommandLineTests
{
    [Theory]
    [InlineData("chek sites/demo", "there is no command \"chek\": did you mean \"check\"?\nplant --help shows all commands")]
    [InlineData("xyzzy", "there is no command \"xyzzy\"\nplant --help shows all commands")]
    [InlineData("run --fro 3s", "there is no option \"--fro\": did you mean \"--for\"?\nplant run --help shows how it is used")]
    [InlineData("run --plian", "there is no option \"--plian\": did you mean \"--plain\"?\nplant run --help shows how it is used")]
    [InlineData("queue exprot sites/demo",
        "there is no command \"exprot\": did you mean \"export\"?\nplant queue --help shows how it is used")]
    [InlineData("queue retry a b c", "\"b\" is not expected here\nplant queue retry --help shows how it is used")]
    [InlineData("read a", "<device> is missing: plant read <site> <device> [<tag>]\nplant read --help shows how it is used")]
    [InlineData("queue move a",
        "<from> and <to> are missing: plant queue move <site> <from> <to>\nplant queue move --help shows how it is used")]
    [InlineData("new", "a command is missing: plant new site|recipe|driver|sink\nplant new --help shows how it is used")]
    [InlineData("log a --level wran",
        "--level: expected debug, info, warn or error, found \"wran\": did you mean \"warn\"?\nplant log --help shows how it is used")]
    public async Task A_mistake_names_the_nearest_word_in_place_of_the_help(string arguments, string expected)
    {
        var (exit, output) = await PlantProcess.RunAsync(arguments.Split(' '));
        Assert.Equal((1, expected), (exit, output.Trim()));
    }

    [SkippableTheory]
    [InlineData("xyzzy", "there is no command \"xyzzy\"\nplant --help shows all commands\n")]
    [InlineData("log", "2026-09-21T12:00:00.000Z INFO  STOPPING\n")]
    public async Task Output_in_a_file_that_the_shell_writes_too_is_not_overwritten(string command, string expected)
    {
        Skip.If(OperatingSystem.IsWindows(), "the shell is of Unix");
        using var site = new SiteFolder("[site]\nname = \"test\"\n");
        Directory.CreateDirectory(site.At("logs"));
        site.Write("logs/plant.log", "2026-09-21T12:00:00.000Z INFO  STOPPING\n");
        var shared = site.At("shared");
        string[] arguments = command == "log" ? ["log", site.Path] : [command];
        await using var shell = PlantProcess.StartThrough(
            ["bash", "-c", $"(echo before; \"$@\" 2>&1; echo after) >{shared}; echo done", "bash"], arguments);
        await shell.WhenAsync("^done");
        var text = await File.ReadAllTextAsync(shared);
        Assert.StartsWith("before\n", text, StringComparison.Ordinal);
        Assert.EndsWith($"{expected}after\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("queue retry --help", "plant queue retry <site> [<id>...] [options]")]
    [InlineData("queue show --help", "plant queue show <site> <id> [options]")]
    [InlineData("queue --help", "plant queue [<site>] [options]\n  plant queue <command> …")]
    public async Task Usage_lines_show_how_a_command_is_written(string arguments, string expected)
    {
        var (exit, output) = await PlantProcess.RunAsync(arguments.Split(' '));
        Assert.Equal(0, exit);
        Assert.Equal(expected, output.Split("Usage:\n")[1].Split("\n\n")[0].Trim());
    }
}
