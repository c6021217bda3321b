using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Simulator.Addresses;

namespace PlantRuntime.Plugins.Simulator.Signals;

/// <summary>Repeats a list of texts, each for the same time. The value depends on the time only. Immutable.</summary>
internal sealed class TextSequence(Value[] values, long every) : Signal
{
    public static Signal From(AddressParameters words, SeededRandom random)
    {
        words.Type(SimulatorType.Text, type => type == SimulatorType.Text, "text");
        var values = words.Text("values")?.Split('|') ?? [];
        if (values.Length == 0 || values.Contains("")) words.AddProblem("values", "text needs its texts: values=idle|run|fault");
        return new TextSequence([.. values.Select(v => Value.Of(v))], words.Duration("every", TimeSpan.FromSeconds(10)).Ticks);
    }

    public override Value Next(long ticks) => values[(int)(ticks / every % values.Length)];
}
