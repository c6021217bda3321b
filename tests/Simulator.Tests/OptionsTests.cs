using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Simulator;

namespace PlantRuntime.Simulator.Tests;

public sealed class OptionsTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    public static TheoryData<string, IValidatedOptions> Broken => new()
    {
        { "latency jitter", new SimulatorOptions { Latency = -s_second, Jitter = -s_second } },
        { "delay", new FaultOptions { Kind = FaultKind.Slow } },
        { "after for delay", new FaultOptions { Kind = FaultKind.Slow, After = -s_second, For = TimeSpan.Zero, Delay = TimeSpan.Zero } },
        {
            "tag quality reason delay",
            new FaultOptions { Kind = FaultKind.Timeout, Tag = "a", Quality = Quality.Stale, Reason = "b", Delay = s_second }
        },
        { "every", new FaultOptions { Kind = FaultKind.Disconnect, Every = s_second } },
        { "every quality", new FaultOptions { Kind = FaultKind.Bad, For = s_second, Every = s_second, Quality = Quality.Good } },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void All_broken_rules_are_named_at_once_by_their_keys(string keys, IValidatedOptions options)
    {
        var problems = options.Validate().ToList();
        Assert.Equal(keys, string.Join(' ', problems.Select(p => p.Key)));
        Assert.All(problems, p => Assert.NotEmpty(p.Message));
    }

    [Fact]
    public void Defaults_and_whole_faults_are_sound()
    {
        Assert.Empty(new SimulatorOptions().Validate());
        Assert.Empty(new FaultOptions { Kind = FaultKind.Timeout }.Validate());
        Assert.Empty(new FaultOptions { Kind = FaultKind.Bad, Tag = "temp*", Quality = Quality.Stale }.Validate());
        Assert.Empty(new FaultOptions { Kind = FaultKind.Disconnect, For = s_second, Every = 2 * s_second }.Validate());
        Assert.Empty(new FaultOptions { Kind = FaultKind.Slow, Delay = s_second }.Validate());
    }
}
