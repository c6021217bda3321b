using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.State;

/// <summary>Reads what <see cref="StateWriter"/> wrote. Everything is checked: the bytes may come from a disk.</summary>
/// <param name="bytes">What was written.</param>
/// <param name="clock">The clock of the plan that reads.</param>
/// <param name="now">The moment that stands for the one of writing.</param>
/// <exception cref="InvalidDataException">By any method, when the bytes cannot be right.</exception>
/// <exception cref="EndOfStreamException">By any method, when they end too early.</exception>
internal sealed class StateReader(byte[] bytes, PlanClock clock, long now) : BinaryReader(new MemoryStream(bytes))
{
    private const int DeepestArray = 8;
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(36500);

    public DateTime ReadTime()
    {
        var ticks = ReadInt64();
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks) throw new InvalidDataException($"no time is {ticks} ticks");
        return new DateTime(ticks, DateTimeKind.Utc);
    }

    public long ReadMoment()
    {
        var age = ReadInt64();
        if (age == long.MaxValue) return age;
        if (Math.Abs((decimal)age) > s_longest.Ticks) throw new InvalidDataException($"no moment is {age} ticks ago");
        return now - clock.Ticks(TimeSpan.FromTicks(age));
    }

    /// <summary>A count of things of at least one byte each, so that it cannot be more than what is left.</summary>
    public int ReadCount()
    {
        var count = ReadUnsigned();
        return count <= BaseStream.Length - BaseStream.Position ? count : throw new InvalidDataException($"{count} things in too few bytes");
    }

    public override string ReadString()
    {
        var place = BaseStream.Position;
        ReadCount();
        BaseStream.Position = place;
        return base.ReadString();
    }

    public Quality ReadQuality()
    {
        var code = ReadByte();
        return code <= (byte)Quality.BadType ? (Quality)code : throw new InvalidDataException($"no quality is {code}");
    }

    public Value ReadValue(int depth = 0)
    {
        var kind = (ValueKind)ReadByte();
        switch (kind)
        {
            case ValueKind.Null: return Value.Null;
            case ValueKind.Bool: return Value.Of(ReadBoolean());
            case ValueKind.Int: return Value.Of(ReadInt64());
            case ValueKind.UInt: return Value.Of(ReadUInt64());
            case ValueKind.Float32: return Value.Of(ReadSingle());
            case ValueKind.Float64: return Value.Of(ReadDouble());
            case ValueKind.Text: return Value.Of(ReadString());
            case ValueKind.Array when depth < DeepestArray:
                var items = new Value[ReadCount()];
                for (var i = 0; i < items.Length; i++) items[i] = ReadValue(depth + 1);
                return Value.Of(items);
            default: throw new InvalidDataException($"no value is of kind {(byte)kind}");
        }
    }

    private int ReadUnsigned()
    {
        try
        {
            return Read7BitEncodedInt() is var count and >= 0 ? count : throw new InvalidDataException("a count below 0");
        }
        catch (FormatException exception)
        {
            throw new InvalidDataException("a count that does not end", exception);
        }
    }
}
