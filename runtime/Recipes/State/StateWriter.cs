using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.State;

/// <summary>
/// Writes the state of an operator into memory. A monotonic timestamp is written as its age, because timestamps are not comparable between
/// runs of the host. <see cref="SavedState"/> creates one for each operator; one thread.
/// </summary>
internal sealed class StateWriter(Stream stream, PlanClock clock, long now) : BinaryWriter(stream)
{
    public void WriteTime(DateTime time) => Write(time.Ticks);

    public void WriteQuality(Quality quality) => Write((byte)quality);

    /// <summary>Writes a monotonic timestamp; <see cref="long.MaxValue"/> (never) is kept.</summary>
    public void WriteTimestamp(long timestamp) => Write(timestamp == long.MaxValue ? timestamp : clock.Duration(now - timestamp).Ticks);

    /// <summary>Writes a decimal; unlike the base class, the reader checks its bytes.</summary>
    public void WriteExact(decimal number)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(number, bits);
        foreach (var part in bits) Write(part);
    }

    public void WriteValue(Value value)
    {
        Write((byte)value.Kind);
        switch (value.Kind)
        {
            case ValueKind.Null: break;
            case ValueKind.Bool: Write(value.Bool); break;
            case ValueKind.UInt: Write(value.UInt); break;
            case ValueKind.Float32: Write((float)value.Number); break;
            case ValueKind.Float64: Write(value.Number); break;
            case ValueKind.Text: Write(value.Text); break;
            case ValueKind.Array:
                Write7BitEncodedInt(value.Items.Length);
                foreach (var item in value.Items) WriteValue(item);
                break;
            default: Write(value.Int); break;
        }
    }
}
