using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Simulator;

namespace PlantRuntime.Simulator.Tests;

public sealed class AddressFuzzTests
{
    private const int Seed = 20_261_121;
    private const int Rounds = 20_000;

    private static readonly string[] s_sound =
    [
        "sine min=0 max=100 period=10s noise=0.5", "ramp min=-5 max=5 period=250ms", "walk min=0 max=1 step=0.1",
        "counter step=1 every=1s wrap=1000", "toggle every=5s duty=0.2", "text values='a b|c' every=1min",
        "const 42", "const true", "const in operation",
    ];

    private static readonly string[] s_pieces =
    [
        "=", " ", "'", "|", "-", ".", "\t", "0", "9", "e308", "1e300", "-1e300", "NaN", "∞", "٣", "\0", "\ud800", "min=", "every=0.001s",
        "period=36500d", "wrap=4294967296", "step=-1000000000", "9223372036854775808", new('9', 400), new('x', 400),
    ];

    private static readonly string?[] s_types = [null, null, "BOOL", "SINT", "INT", "UDINT", "ULINT", "REAL", "LREAL", "TEXT", "", "REEL"];

    [Fact]
    public void Any_text_is_either_a_signal_or_an_error_in_its_place()
    {
        var random = new Random(Seed);
        var sound = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var tag = new TagDefinition("tag", Mutated(random), s_types[random.Next(s_types.Length)]);
            try
            {
                if (IsSound(tag)) sound++;
            }
            catch (Exception exception)
            {
                Assert.Fail($"seed {Seed}, round {round}, address '{tag.Address}', type {tag.Type}: {exception}");
            }
        }

        // The generator must produce both valid and invalid addresses.
        Assert.InRange(sound, Rounds / 20, Rounds * 19 / 20);
    }

    private static string Mutated(Random random)
    {
        var text = s_sound[random.Next(s_sound.Length)];
        for (var edits = random.Next(4); edits > 0; edits--)
        {
            var at = random.Next(text.Length + 1);
            var removed = Math.Min(random.Next(4), text.Length - at);
            text = text[..at] + (random.Next(3) == 0 ? "" : s_pieces[random.Next(s_pieces.Length)]) + text[(at + removed)..];
        }

        return text;
    }

    private static bool IsSound(TagDefinition tag)
    {
        var problems = new List<AddressProblem>();
        var signal = SimulatorAddress.Parse(tag, Seed, problems);
        Assert.Equal(signal is null, problems.Count > 0);
        Assert.All(problems, p => Assert.InRange(p.Column, tag.Type is null ? 1 : 0, tag.Address.Length + 1));
        Assert.All(problems, p => Assert.InRange(p.Message.Length, 1, 1_000 + tag.Address.Length));
        if (signal is null) return false;
        foreach (var ticks in (ReadOnlySpan<long>)[0, 1, 9_999_999, TimeSpan.TicksPerDay, long.MaxValue / 2])
        {
            var value = signal.Next(ticks);
            Assert.False(value.IsNull || (value.IsNumber && !double.IsFinite(value.Number)), $"at {ticks}: '{value}'");
        }

        return true;
    }
}
