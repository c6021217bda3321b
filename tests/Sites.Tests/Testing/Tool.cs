using System.Diagnostics;

namespace PlantRuntime.Sites.Tests.Testing;

/// <summary>Runs other programs to their end.</summary>
internal static class Tool
{
    /// <summary>Returns the output of a program; fails the test if its exit code is not 0.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var (exit, output) = await TryAsync(program, arguments);
        Assert.True(exit == 0, $"{program}: {output}");
        return output;
    }

    /// <summary>Returns the lines of the output.</summary>
    public static async Task<string[]> LinesAsync(string program, params string[] arguments) =>
        (await RunAsync(program, arguments)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Returns the exit code and the output of both streams.</summary>
    public static async Task<(int ExitCode, string Output)> TryAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }
}
