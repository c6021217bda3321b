using System.Diagnostics;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary>Runs a script of tests/ with the program that was built, as a user would.</summary>
internal static class BashScript
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(15);

    /// <summary>Skips the test where there is no bash. The script ends with the test.</summary>
    /// <param name="name">Name of the file in tests/.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>The exit code, the standard output and the standard error.</returns>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string name, params string[] arguments)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "the script needs bash");
        using var script = Process.Start(new ProcessStartInfo("bash", [Path.Combine(RepoFolder.Root, "tests", name), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PLANT"] = PlantProcess.CommandLine(), ["PATIENCE"] = "180" },
        })!;
        try
        {
            using var limit = new CancellationTokenSource(s_patience);
            var errors = script.StandardError.ReadToEndAsync(limit.Token);
            var output = await script.StandardOutput.ReadToEndAsync(limit.Token);
            await script.WaitForExitAsync(limit.Token);
            return (script.ExitCode, output, await errors);
        }
        finally
        {
            if (!script.HasExited) script.Kill(entireProcessTree: true);
        }
    }
}
