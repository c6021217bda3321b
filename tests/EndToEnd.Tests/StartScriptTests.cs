using System.Diagnostics;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary><c>scripts/plant</c> in a folder of its own; a program in place of <c>dotnet</c> notes what it is asked for.</summary>
[Trait("Needs", "Process")]
public sealed class StartScriptTests : IDisposable
{
    // It builds when the file "go" is there, and then runs as the program: arguments on standard output, exit code 7.
    private const string Dotnet = """
        #!/bin/sh
        case $1 in
          --version) [ -z "$NO_SDK" ] && echo 10.0.100 || { echo "A compatible .NET SDK was not found." >&2; exit 155; } ;;
          --list-sdks) echo "${NO_SDK:-10.0.100} [/usr/share/dotnet/sdk]" ;;
          build)
            echo build >> builds
            echo "  Contracts -> /x/Contracts.dll"
            while [ ! -f go ]; do sleep 0.1; done
            if grep -q broken runtime/Host/Program.cs; then echo "Program.cs(1,1): error CS1002: ; expected"; exit 1; fi
            mkdir -p artifacts/Debug/plant
            cp runtime/Host/Program.cs artifacts/Debug/plant/plant.dll ;;
          *) shift; printf '<%s>' "$@"; exit 7 ;;
        esac
        """;

    private readonly string _root = Directory.CreateTempSubdirectory("plant-script-").CreateSubdirectory("a clone").FullName;

    public StartScriptTests()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "the script needs bash");
        foreach (var file in new[]
        {
            "docs/operators.md", "docs/log.md", "docs/site.md", "Directory.Build.props", "global.json", "BannedSymbols.txt",
            "runtime/Host/Program.cs", "runtime/Host/Host.csproj", "plugins/S7/S7.csproj", "go", "bin/x", "scripts/y",
        }) Write(file, "");
        Write("bin/dotnet", Dotnet);
        File.Copy(Path.Combine(SiteFolder.Root, "scripts", "plant"), Of("scripts/plant"));
        if (OperatingSystem.IsWindows()) return;
        foreach (var program in new[] { "bin/dotnet", "scripts/plant" })
            File.SetUnixFileMode(Of(program), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private int Builds => File.Exists(Of("builds")) ? File.ReadAllLines(Of("builds")).Length : 0;

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_root)!, recursive: true);

    [SkippableFact]
    public async Task It_builds_once_shows_that_and_passes_arguments_and_exit_code_on()
    {
        var (exit, output, errors) = await RunAsync("run", "a site", "", "*");
        Assert.Equal((7, "<run><a site><><*>", 1), (exit, output, Builds));
        Assert.StartsWith("Building PlantRuntime (first start, about a minute) …", errors, StringComparison.Ordinal);
        Assert.Contains("  1 of 2: Contracts\n", errors, StringComparison.Ordinal);
        Assert.Equal((7, "<check>", ""), await RunAsync("check"));
        Assert.Equal(1, Builds);
    }

    [SkippableTheory]
    [InlineData("edit")]
    [InlineData("delete")]
    [InlineData("add with an old time")]
    [InlineData("other build")]
    [InlineData("lost program")]
    public async Task It_builds_again_after(string change)
    {
        await RunAsync();
        switch (change)
        {
            case "edit": Write("runtime/Host/Program.cs", "two"); break;
            case "delete": File.Delete(Of("plugins/S7/S7.csproj")); break;
            case "add with an old time":
                Write("runtime/Host/More.cs", "more");
                File.SetLastWriteTimeUtc(Of("runtime/Host/More.cs"), DateTime.UnixEpoch);
                break;
            case "other build":
                Write("artifacts/Debug/plant/plant.dll", "other");
                var built = File.GetLastWriteTimeUtc(Of("artifacts/Debug/plant.stamp"));
                File.SetLastWriteTimeUtc(Of("artifacts/Debug/plant/plant.dll"), built.AddSeconds(1));
                break;
            default: File.Delete(Of("artifacts/Debug/plant/plant.dll")); break;
        }

        Assert.Equal((7, "<x>"), await RunAsync("x") is var (exit, output, _) ? (exit, output) : default);
        Assert.Equal(2, Builds);
    }

    [SkippableFact]
    public async Task A_failed_build_shows_its_errors_and_is_tried_again()
    {
        Write("runtime/Host/Program.cs", "broken");
        var (exit, output, errors) = await RunAsync("run");
        Assert.Equal((1, ""), (exit, output));
        Assert.Contains("\nProgram.cs(1,1): error CS1002: ; expected\nThe build failed; ", errors, StringComparison.Ordinal);
        Write("runtime/Host/Program.cs", "");
        Assert.Equal(7, (await RunAsync("run")).Exit);
    }

    [SkippableFact]
    public async Task Two_first_starts_build_once()
    {
        File.Delete(Of("go"));
        using var first = Start(["one"]);
        while (Builds == 0)
        {
            Assert.False(first.HasExited, "it ended before it built");
            await Task.Delay(50);
        }

        using var second = Start(["two"]);
        Assert.Equal("Another start is building PlantRuntime; waiting for it …", await second.StandardError.ReadLineAsync());
        Write("go", "");
        Assert.Equal("<one>", await first.StandardOutput.ReadToEndAsync());
        Assert.Equal("<two>", await second.StandardOutput.ReadToEndAsync());
        Assert.Equal(1, Builds);
    }

    [SkippableFact]
    public async Task A_missing_sdk_is_named_unless_nothing_is_to_be_built()
    {
        var (exit, _, errors) = await RunAsync([], noSdk: "8.0.404");
        Assert.Equal(1, exit);
        Assert.Contains("is built with the .NET 10 SDK, and ", errors, StringComparison.Ordinal);
        Assert.Contains(" has 8.0.404. Install it from https://dotnet.microsoft.com/", errors, StringComparison.Ordinal);
        await RunAsync();
        Assert.Equal(7, (await RunAsync(["x"], noSdk: "8.0.404")).Exit);
    }

    [SkippableFact]
    public void The_first_command_of_the_README_is_this_script()
    {
        var readme = File.ReadAllText(Path.Combine(SiteFolder.Root, "README.md"));
        var commands = readme.Split("```sh\n")[1].Split("```")[0].Trim().Split('\n');
        Assert.Equal(["scripts/plant run sites/demo", "tests/run"], commands.Select(c => c.Split('#')[0].TrimEnd()));
        Assert.All(commands, c => Assert.True(
            OperatingSystem.IsWindows()
                || File.GetUnixFileMode(Path.Combine(SiteFolder.Root, c.Split(' ')[0])).HasFlag(UnixFileMode.UserExecute), c));
    }

    private Task<(int Exit, string Output, string Errors)> RunAsync(params string[] arguments) => RunAsync(arguments, noSdk: "");

    private async Task<(int Exit, string Output, string Errors)> RunAsync(string[] arguments, string noSdk)
    {
        using var process = Start(arguments, noSdk);
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await errors);
    }

    private Process Start(string[] arguments, string noSdk = "")
    {
        var start = new ProcessStartInfo(Of("scripts/plant"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        start.Environment["PATH"] = $"{Of("bin")}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["NO_SDK"] = noSdk;
        return Process.Start(start)!;
    }

    private string Of(string file) => Path.Combine(_root, file);

    private void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Of(file))!);
        File.WriteAllText(Of(file), text);
    }
}
