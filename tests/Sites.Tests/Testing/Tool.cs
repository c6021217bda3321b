using System.Diagnostics;

namespace PlantRuntime.Sites.Tests.Testing;

/// <summary>Programs that others wrote, run to their end.</summary>
internal static class Tool
{
    /// <summary>What a program that ended well said.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var (exit, output) = await TryAsync(program, arguments);
        Assert.True(exit == 0, $"{program}: {output}");
        return output;
    }

    /// <summary>The same, line by line.</summary>
    public static async Task<string[]> LinesAsync(string program, params string[] arguments) =>
        (await RunAsync(program, arguments)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>How a program ended, and what it said on both streams.</summary>
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
