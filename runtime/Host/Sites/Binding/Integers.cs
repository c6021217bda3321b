namespace PlantRuntime.Host.Sites.Binding;

/// <summary>The whole numbers that options may hold.</summary>
internal static class Integers
{
    private static readonly Dictionary<Type, (long Low, ulong High)> s_ranges = new()
    {
        [typeof(byte)] = (0, byte.MaxValue),
        [typeof(sbyte)] = (sbyte.MinValue, (ulong)sbyte.MaxValue),
        [typeof(short)] = (short.MinValue, (ulong)short.MaxValue),
        [typeof(ushort)] = (0, ushort.MaxValue),
        [typeof(int)] = (int.MinValue, int.MaxValue),
        [typeof(uint)] = (0, uint.MaxValue),
        [typeof(long)] = (long.MinValue, long.MaxValue),
        [typeof(ulong)] = (0, long.MaxValue),
    };

    public static bool IsInteger(Type type) => s_ranges.ContainsKey(type);

    public static (long Low, ulong High) Range(Type type) => s_ranges[type];
}
