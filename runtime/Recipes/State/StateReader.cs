using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.State;

/// <summary>
/// Reads the state that <see cref="StateWriter"/> wrote. All input is checked, because the bytes can come from a damaged file.
/// <see cref="SavedState"/> creates one for each operator; one thread.
/// </summary>
/// <param name="bytes">The saved state.</param>
/// <param name="clock">The clock of the new plan.</param>
/// <param name="now">Monotonic timestamp that corresponds to the time of saving.</param>
/// <exception cref="InvalidDataException">Thrown by any method for invalid bytes.</exception>
/// <exception cref="EndOfStreamException">Thrown by any method if the bytes end too early.</exception>
internal sealed class StateReader(byte[] bytes, PlanClock clock, long now) : BinaryReader(new MemoryStream(bytes))
{
    // Bounds the recursion for damaged bytes.
    private const int DeepestArray = 8;

    // 100 years: bounds the arithmetic for damaged bytes.
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(36500);

    public DateTime ReadTime()
    {
        var ticks = ReadInt64();
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks) throw new InvalidDataException($"{ticks} ticks are not a valid time");
        return new DateTime(ticks, DateTimeKind.Utc);
    }

    public long ReadTimestamp()
    {
        var age = ReadInt64();
        if (age == long.MaxValue) return age;
        if (Math.Abs((decimal)age) > s_longest.Ticks) throw new InvalidDataException($"an age of {age} ticks is not valid");
        return now - clock.Ticks(TimeSpan.FromTicks(age));
    }

    /// <summary>
    /// Reads the number of items that follow. Each item has at least one byte, so the number is at most the remaining length.
    /// </summary>
    public int ReadCount()
    {
        var count = ReadUnsigned();
        return count <= BaseStream.Length - BaseStream.Position ? count : throw new InvalidDataException($"{count} items in too few bytes");
    }

    public override string ReadString()
    {
        var position = BaseStream.Position;
        ReadCount();
        BaseStream.Position = position;
        return base.ReadString();
    }

    public byte[] ReadExactly(int count)
    {
        var read = ReadBytes(count);
        return read.Length == count ? read : throw new EndOfStreamException();
    }

    public decimal ReadExact()
    {
        Span<int> bits = [ReadInt32(), ReadInt32(), ReadInt32(), ReadInt32()];
        try
        {
            return new decimal(bits);
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException("the bytes are not a decimal", exception);
        }
    }

    public Quality ReadQuality()
    {
        var code = ReadByte();
        return code <= (byte)Quality.BadType ? (Quality)code : throw new InvalidDataException($"{code} is not a quality");
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
            default: throw new InvalidDataException($"{(byte)kind} is not a kind of value");
        }
    }

    private int ReadUnsigned()
    {
        try
        {
            return Read7BitEncodedInt() is var count and >= 0 ? count : throw new InvalidDataException("a negative count");
        }
        catch (FormatException exception)
        {
            throw new InvalidDataException("an invalid count", exception);
        }
    }
}
