using System.Diagnostics;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary>
/// The script <c>tests/first-hour</c>: what a new user does in the first hour, with real servers, faults, an own driver and an own sink.
/// </summary>
[Trait("Needs", "Server")]
public class FirstHourTests
{
    private const int MissingPeer = 77;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(15);

    [SkippableFact]
    public async Task The_first_hour_of_a_new_user()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "the script needs bash");
        using var hour = Process.Start(new ProcessStartInfo("bash", [Path.Combine(RepoFolder.Root, "tests", "first-hour")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PLANT"] = PlantProcess.CommandLine(), ["PATIENCE"] = "180" },
        })!;
        try
        {
            using var limit = new CancellationTokenSource(s_patience);
            var errors = hour.StandardError.ReadToEndAsync(limit.Token);
            var output = await hour.StandardOutput.ReadToEndAsync(limit.Token);
            await hour.WaitForExitAsync(limit.Token);
            Skip.If(hour.ExitCode == MissingPeer, output);
            Assert.True(hour.ExitCode == 0, output + await errors);
            Assert.Contains(": all well", output, StringComparison.Ordinal);
        }
        finally
        {
            if (!hour.HasExited) hour.Kill(entireProcessTree: true);
        }
    }
}
