using PlantRuntime.Contracts;
using PlantRuntime.Plugins.OpcUa.Types;
using PlantRuntime.Plugins.OpcUa.Wire;

namespace PlantRuntime.Plugins.OpcUa;

/// <summary>Converts the host's value to a Variant of the server's type, without loss or not at all. Pure.</summary>
internal static class VariantEncoder
{
    /// <param name="value">The value.</param>
    /// <param name="type">The node's data type.</param>
    /// <param name="rank">Its ValueRank: below 0 for a scalar.</param>
    /// <param name="dimensions">Lengths of the matrix that is there now, or null.</param>
    /// <param name="isRange">True if only a part of an array is written; then a scalar is an array of one element.</param>
    /// <exception cref="RefusedException">The type cannot hold the value.</exception>
    public static Variant Encode(Value value, DataTypeDefinition type, int rank, int[]? dimensions, bool isRange)
    {
        if (value.IsNull) throw new RefusedException("no value; nothing was written");
        if (value.Kind != ValueKind.Array)
        {
            if (rank >= 0 && !isRange) throw new RefusedException($"{Format(value)} for an array of {type.Base}; nothing was written");
            var scalar = One(value, type, "");
            return isRange ? Array([scalar], type.Base, null) : scalar;
        }

        if (rank < 0) throw new RefusedException($"an array for a single {type.Base}; nothing was written");
        var elements = new List<Variant>();
        Flatten(value, type, elements);
        if (dimensions is not null && !isRange && dimensions.Aggregate(1, (product, n) => product * n) != elements.Count)
            throw new RefusedException($"{elements.Count} values for a matrix of {string.Join(" x ", dimensions)}; nothing was written");
        return Array([.. elements], type.Base, isRange ? null : dimensions);
    }

    private static void Flatten(Value value, DataTypeDefinition type, List<Variant> elements)
    {
        foreach (var item in value.Items)
        {
            if (item.Kind == ValueKind.Array) Flatten(item, type, elements);
            else elements.Add(One(item, type, $"element {elements.Count}: "));
        }
    }

    private static Variant One(Value value, DataTypeDefinition type, string which)
    {
        var encoded = type.Base switch
        {
            BuiltInType.Boolean => value.Kind == ValueKind.Bool ? Variant.From(value.Bool) : (Variant?)null,
            BuiltInType.SByte => Integer(value, type.Base, sbyte.MinValue, sbyte.MaxValue),
            BuiltInType.Byte => Integer(value, type.Base, 0, byte.MaxValue),
            BuiltInType.Int16 => Integer(value, type.Base, short.MinValue, short.MaxValue),
            BuiltInType.UInt16 => Integer(value, type.Base, 0, ushort.MaxValue),
            BuiltInType.Int32 when type is EnumerationType names => Enumeration(value, names, which),
            BuiltInType.Int32 => Integer(value, type.Base, int.MinValue, int.MaxValue),
            BuiltInType.UInt32 => Integer(value, type.Base, 0, uint.MaxValue),
            BuiltInType.Int64 => Integer(value, type.Base, long.MinValue, long.MaxValue),
            BuiltInType.UInt64 => Integer(value, type.Base, 0, ulong.MaxValue),
            BuiltInType.Float => value.IsNumber && LosslessConversion.Single(value) is { } single ? Variant.From(single) : null,
            BuiltInType.Double => value.IsNumber && LosslessConversion.Double(value) is { } number ? Variant.From(number) : null,
            BuiltInType.String => value.Kind == ValueKind.Text ? Variant.From(value.Text) : null,
            BuiltInType.LocalizedText
                => value.Kind == ValueKind.Text ? Variant.Object(type.Base, new LocalizedText(null, value.Text)) : null,
            BuiltInType.DateTime => Time(value),
            BuiltInType.Guid
                => value.Kind == ValueKind.Text && Guid.TryParse(value.Text, out var guid) ? Variant.Object(type.Base, guid) : null,
            BuiltInType.ByteString => Bytes(value),
            _ => throw new RefusedException($"values of type {type.Base} are not written"),
        };
        return encoded
            ?? throw new RefusedException($"{which}{Format(value)} does not fit {type.Base}{Hint(type.Base)}; nothing was written")
            {
                NeedsWholeNumber = type.Base is >= BuiltInType.SByte and <= BuiltInType.UInt64 && LosslessConversion.HasFraction(value),
            };
    }

    // TRUE and FALSE are 1 and 0 for whole numbers, as with the other drivers.
    private static Variant? Integer(Value value, BuiltInType type, Int128 low, Int128 high)
    {
        if (LosslessConversion.Whole(value) is not { } whole || whole < low || whole > high) return null;
        return Variant.Integer(type, unchecked((long)whole));
    }

    private static Variant Enumeration(Value value, EnumerationType names, string which)
    {
        if (value.Kind == ValueKind.Text)
        {
            foreach (var (number, name) in names.Names)
            {
                if (name == value.Text) return Variant.Integer(BuiltInType.Int32, number);
            }
        }
        else if (Integer(value, BuiltInType.Int32, int.MinValue, int.MaxValue) is { } number && names.Names.ContainsKey(number.Bits))
        {
            return number;
        }

        var known = string.Join(", ", names.Names.OrderBy(n => n.Key).Take(20).Select(n => $"{n.Value} = {n.Key}"));
        throw new RefusedException($"{which}{Format(value)} is none of {known}; nothing was written");
    }

    private static Variant? Time(Value value) =>
        value.Kind == ValueKind.Text && TimeText.TryParse(value.Text, TimeZoneInfo.Utc, out var time, out _) ? Variant.From(time) : null;

    private static Variant? Bytes(Value value)
    {
        if (value.Kind != ValueKind.Text) return null;
        var bytes = new byte[value.Text.Length];
        return Convert.TryFromBase64String(value.Text, bytes, out var length) ? Variant.Object(BuiltInType.ByteString, bytes[..length])
            : null;
    }

    private static Variant Array(Variant[] all, BuiltInType type, int[]? dimensions)
    {
        Array elements = type switch
        {
            BuiltInType.Boolean => all.Select(v => v.Boolean).ToArray(),
            BuiltInType.SByte => all.Select(v => (sbyte)v.Bits).ToArray(),
            BuiltInType.Byte => all.Select(v => (byte)v.Bits).ToArray(),
            BuiltInType.Int16 => all.Select(v => (short)v.Bits).ToArray(),
            BuiltInType.UInt16 => all.Select(v => (ushort)v.Bits).ToArray(),
            BuiltInType.Int32 => all.Select(v => (int)v.Bits).ToArray(),
            BuiltInType.UInt32 => all.Select(v => (uint)v.Bits).ToArray(),
            BuiltInType.Int64 => all.Select(v => v.Bits).ToArray(),
            BuiltInType.UInt64 => all.Select(v => (ulong)v.Bits).ToArray(),
            BuiltInType.Float => all.Select(v => v.Float).ToArray(),
            BuiltInType.Double => all.Select(v => v.Double).ToArray(),
            BuiltInType.DateTime => all.Select(v => v.DateTime).ToArray(),
            BuiltInType.Guid => all.Select(v => (Guid)v.Content!).ToArray(),
            _ => all.Select(v => v.Content).ToArray(),
        };
        return Variant.Array(type, elements, dimensions);
    }

    private static string Hint(BuiltInType type) => type switch
    {
        BuiltInType.DateTime => " (2026-11-30T08:00:00Z)",
        BuiltInType.ByteString => " (base64 text)",
        BuiltInType.Boolean => " (TRUE or FALSE)",
        _ => "",
    };

    private static string Format(Value value) => value.Kind switch
    {
        ValueKind.Text when value.Text.Length > 40 => $"'{value.Text[..40]}…' ({value.Text.Length} characters)",
        ValueKind.Text => $"'{value.Text}'",
        _ => value.ToString(),
    };
}
