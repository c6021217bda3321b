using System.Buffers.Binary;
using PlantRuntime.Recipes.State;
using PlantRuntime.Storage;

namespace PlantRuntime.Engine.RecipeHost.State;

/// <summary>
/// Encodes and decodes a state file: the envelope, the wall clock's ticks (100 ns since year 1, UTC) at the moment of the state, a count,
/// and for each operator its path as text and its bytes with their length. Pure; StateFolder performs the I/O.
/// </summary>
internal static class StateFile
{
    /// <summary>"PRM1" marks the state of a recipe. The digit is the version of the format.</summary>
    private const uint Kind = 0x314D_5250;

    public static byte[] Encode(DateTime time, IReadOnlyList<OperatorState> operators)
    {
        var bytes = new ByteWriter();
        Envelope.Begin(bytes, Kind);
        bytes.Int64(time.Ticks);
        bytes.Unsigned((ulong)operators.Count);
        foreach (var (path, state) in operators)
        {
            bytes.Text(path.ToString());
            bytes.Unsigned((ulong)state.Length);
            bytes.Bytes(state);
        }

        Envelope.Seal(bytes.Writable);
        return bytes.Written.ToArray();
    }

    /// <exception cref="DamagedException">The bytes are damaged.</exception>
    public static (DateTime Time, IReadOnlyList<OperatorState> Operators) Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= Envelope.Length && BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Kind)
            throw new DamagedException("it is no state file, or of a version that this host does not know");
        var reader = Envelope.Read(bytes, Kind);
        var ticks = reader.Int64();
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks) throw new DamagedException($"no time is {ticks} ticks");
        var operators = new List<OperatorState>();
        for (var count = reader.Count(); count > 0; count--)
            operators.Add(new OperatorState(PathFrom(reader.Text()), reader.Bytes(reader.Count()).ToArray()));
        return (new DateTime(ticks, DateTimeKind.Utc), operators);
    }

    private static OperatorPath PathFrom(string text)
    {
        try
        {
            return OperatorPath.Parse(text);
        }
        catch (InvalidDataException exception)
        {
            throw new DamagedException(exception.Message);
        }
    }
}
