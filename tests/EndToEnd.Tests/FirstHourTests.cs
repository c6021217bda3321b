namespace PlantRuntime.EndToEnd.Tests;

/// <summary>
/// The script <c>tests/first-hour</c>: what a new user does in the first hour, with real servers, faults, an own driver and an own sink.
/// </summary>
[Trait("Needs", "Server")]
public class FirstHourTests
{
    private const int MissingPeer = 77;

    [SkippableFact]
    public async Task The_first_hour_of_a_new_user()
    {
        var (exitCode, output, errors) = await BashScript.RunAsync("first-hour");
        Skip.If(exitCode == MissingPeer, output);
        Assert.True(exitCode == 0, output + errors);
        Assert.Contains(": all well", output, StringComparison.Ordinal);
    }
}
