using System.Diagnostics;

namespace PlantRuntime.Faults;

/// <summary>Runs other programs to their end.</summary>
internal static class Tool
{
    private static readonly string[] s_folders = [.. Environment.GetEnvironmentVariable("PATH")!.Split(':'), "/usr/sbin", "/sbin"];

    /// <summary>Skips if a program is not installed.</summary>
    public static void Require(string program) =>
        Skip.IfNot(s_folders.Any(f => File.Exists(Path.Combine(f, program))), $"{program} is not installed");

    /// <summary>Runs a program to its end.</summary>
    /// <returns>Its exit code and its output.</returns>
    public static async Task<(int ExitCode, string Output)> RunAsync(string program, params string[] arguments)
    {
        Require(program);
        using var process =
            Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync().ConfigureAwait(false);
        await process.WaitForExitAsync().ConfigureAwait(false);
        return (process.ExitCode, await output.ConfigureAwait(false) + error);
    }
}
