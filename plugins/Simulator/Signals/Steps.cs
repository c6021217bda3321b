using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Simulator.Addresses;

namespace PlantRuntime.Plugins.Simulator.Signals;

/// <summary>One text after the other, for the same time each, over and over.</summary>
internal sealed class Steps(Value[] values, long every) : Signal
{
    public static Signal From(AddressParameters words, Chance chance)
    {
        words.Type(SimulatorType.Text, type => type == SimulatorType.Text, "text");
        var values = words.Text("values")?.Split('|') ?? [];
        if (values.Length == 0 || values.Contains("")) words.Bad("values", "text needs its texts: values=idle|run|fault");
        return new Steps([.. values.Select(v => Value.Of(v))], words.Duration("every", TimeSpan.FromSeconds(10)).Ticks);
    }

    public override Value Next(long ticks) => values[(int)(ticks / every % values.Length)];
}
