using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Tests;
using PlantRuntime.Sites.Models;
using PlantRuntime.Tools.Doctor;

namespace PlantRuntime.Tools.Tests.Doctor;

/// <summary>The steps of a driver in `plant doctor`: they come before the handshake, and a driver that fails in them is reported.</summary>
public class DriverDiagnosisTests
{
    private static DeviceModel Model => SiteParts.Device("plc") with { Timeout = TimeSpan.FromMilliseconds(50) };

    [Fact]
    public async Task The_steps_of_the_driver_come_before_the_handshake_with_their_remedies()
    {
        var steps = await DiagnoseAsync(new DiagnosableDriver(
            new DiagnosisStep("hello", true, "1.0"), new DiagnosisStep("rights", false, "refused", "allow it", "or ask")));
        Assert.Equal(["hello", "rights", "handshake"], steps.Select(s => s.Name));
        Assert.Equal(["allow it", "or ask"], steps[1].Remedies);
        Assert.True(steps[2].IsGood, "a failed step of the driver does not stop the handshake");
    }

    [Fact]
    public async Task A_failed_handshake_after_a_failed_step_refers_to_that_step()
    {
        var steps = await DiagnoseAsync(new DiagnosableDriver(new DiagnosisStep("rights", false, "refused", "allow it"))
            { Refusal = "refused again" });
        Assert.Equal("refused again", steps[^1].Found);
        Assert.Equal(["see the failed step above"], steps[^1].Remedies);

        steps = await DiagnoseAsync(new DiagnosableDriver(new DiagnosisStep("rights", true, "granted")) { Refusal = "refused" });
        Assert.Contains("the port answers, but not as", steps[^1].Remedies[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_driver_that_throws_hangs_or_never_ends_is_reported()
    {
        var steps = await DiagnoseAsync(new DiagnosableDriver(new DiagnosisStep("hello", true, "1.0"))
            { After = _ => throw new InvalidDataException("odd reply") });
        Assert.Equal(["hello", "diagnosis", "handshake"], steps.Select(s => s.Name));
        Assert.Equal((false, "odd reply"), (steps[1].IsGood, steps[1].Found));

        steps = await DiagnoseAsync(new DiagnosableDriver { After = cancel => Task.Delay(Timeout.Infinite, cancel) });
        Assert.Equal((false, "the device did not answer within 0.05 s"), (steps[0].IsGood, steps[0].Found));

        steps = await DiagnoseAsync(new DiagnosableDriver { IsEndless = true });
        Assert.Equal(101, steps.Count);
    }

    private static async Task<List<DiagnosisStep>> DiagnoseAsync(DiagnosableDriver driver)
    {
        await using var device = new StandaloneDevice(driver, Model);
        var steps = new List<DiagnosisStep>();
        await foreach (var step in DeviceDiagnosis.RunAsync(device, Model, TimeProvider.System, CancellationToken.None)) steps.Add(step);
        return steps;
    }

    private sealed class DiagnosableDriver(params DiagnosisStep[] steps) : IDiagnosable
    {
        public string? Refusal { get; init; }

        public Func<CancellationToken, Task>? After { get; init; }

        public bool IsEndless { get; init; }

        public string Endpoint => "plc:1";

        public IReader Prepare(IReadOnlyList<TagDefinition> tags) => throw new NotSupportedException();

        public ValueTask ConnectAsync(CancellationToken cancel) =>
            Refusal is null ? default : throw new NotConnectedException(Refusal);

        public async IAsyncEnumerable<DiagnosisStep> DiagnoseAsync([EnumeratorCancellation] CancellationToken cancel)
        {
            foreach (var step in steps) yield return step;
            while (IsEndless) yield return new DiagnosisStep("more", true, "");
            if (After is not null) await After(cancel);
        }

        public ValueTask DisposeAsync() => default;
    }
}
