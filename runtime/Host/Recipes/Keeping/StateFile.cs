using System.Buffers.Binary;
using PlantRuntime.Host.Delivery.Queue.Format;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Host.Recipes.Keeping;

/// <summary>
/// A state file's bytes: the envelope, the wall clock's ticks (100 ns since year 1, UTC) at the moment of the state, a count, and for each
/// operator its place as text and its bytes with their length.
/// </summary>
internal static class StateFile
{
    /// <summary>"PRM1": what a recipe remembers. The digit is the format's version.</summary>
    private const uint Kind = 0x314D_5250;

    public static byte[] Encode(DateTime time, IReadOnlyList<OperatorState> operators)
    {
        var bytes = new ByteWriter();
        Sealed.Open(bytes, Kind);
        bytes.Int64(time.Ticks);
        bytes.Unsigned((ulong)operators.Count);
        foreach (var (place, state) in operators)
        {
            bytes.Text(place.ToString());
            bytes.Unsigned((ulong)state.Length);
            bytes.Bytes(state);
        }

        Sealed.Close(bytes.Writable);
        return bytes.Written.ToArray();
    }

    /// <exception cref="DamagedException">The bytes are not what was written.</exception>
    public static (DateTime Time, IReadOnlyList<OperatorState> Operators) Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= Sealed.Length && BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Kind)
            throw new DamagedException("it is no state file, or of a version that this host does not know");
        var reader = Sealed.Read(bytes, Kind);
        var ticks = reader.Int64();
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks) throw new DamagedException($"no time is {ticks} ticks");
        var operators = new List<OperatorState>();
        for (var count = reader.Count(); count > 0; count--)
            operators.Add(new OperatorState(PlaceOf(reader.Text()), reader.Bytes(reader.Count()).ToArray()));
        return (new DateTime(ticks, DateTimeKind.Utc), operators);
    }

    private static Place PlaceOf(string text)
    {
        try
        {
            return Place.Parse(text);
        }
        catch (InvalidDataException exception)
        {
            throw new DamagedException(exception.Message);
        }
    }
}
