using System.Globalization;
using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes.State;

/// <summary>
/// Writes and reads objects of one type of a recipe as operator state. Created by <see cref="StateCodecs"/> for a plan, which it is
/// unloaded with; runs no code of the recipe, so it can be called from any thread. Immutable.
/// </summary>
/// <param name="shape">Describes the type: equal shapes have equal bytes.</param>
internal abstract class StateCodec(string shape)
{
    public string Shape { get; } = shape;

    public abstract void Write(StateWriter state, object? value);

    /// <exception cref="InvalidDataException">The bytes are invalid.</exception>
    /// <exception cref="EndOfStreamException">The bytes end too early.</exception>
    public abstract object? Read(StateReader state);
}

/// <summary>Writes numbers, text, times, values and enums.</summary>
/// <param name="shape">Name of the type.</param>
/// <param name="write">Writes a value that is not null.</param>
/// <param name="read">Reads it.</param>
internal sealed class ScalarCodec(string shape, Action<StateWriter, object> write, Func<StateReader, object> read) : StateCodec(shape)
{
    private static readonly Dictionary<Type, (Action<StateWriter, object> Write, Func<StateReader, object> Read)> s_scalars = new()
    {
        [typeof(bool)] = ((w, v) => w.Write((bool)v), r => r.ReadBoolean()),
        [typeof(byte)] = ((w, v) => w.Write((byte)v), r => r.ReadByte()),
        [typeof(sbyte)] = ((w, v) => w.Write((sbyte)v), r => r.ReadSByte()),
        [typeof(short)] = ((w, v) => w.Write((short)v), r => r.ReadInt16()),
        [typeof(ushort)] = ((w, v) => w.Write((ushort)v), r => r.ReadUInt16()),
        [typeof(char)] = ((w, v) => w.Write((ushort)(char)v), r => (char)r.ReadUInt16()),
        [typeof(int)] = ((w, v) => w.Write((int)v), r => r.ReadInt32()),
        [typeof(uint)] = ((w, v) => w.Write((uint)v), r => r.ReadUInt32()),
        [typeof(long)] = ((w, v) => w.Write((long)v), r => r.ReadInt64()),
        [typeof(ulong)] = ((w, v) => w.Write((ulong)v), r => r.ReadUInt64()),
        [typeof(float)] = ((w, v) => w.Write((float)v), r => r.ReadSingle()),
        [typeof(double)] = ((w, v) => w.Write((double)v), r => r.ReadDouble()),
        [typeof(decimal)] = ((w, v) => w.WriteExact((decimal)v), r => r.ReadExact()),
        [typeof(string)] = ((w, v) => w.Write((string)v), r => r.ReadString()),
        [typeof(Guid)] = ((w, v) => w.Write(((Guid)v).ToByteArray()), r => new Guid(r.ReadExactly(16))),
        [typeof(TimeSpan)] = ((w, v) => w.Write(((TimeSpan)v).Ticks), r => new TimeSpan(r.ReadInt64())),
        [typeof(DateTime)] = (WriteDateTime, r => ReadDateTime(r)),
        [typeof(DateTimeOffset)] = (WriteOffset, r => ReadOffset(r)),
        [typeof(Value)] = ((w, v) => w.WriteValue((Value)v), r => r.ReadValue()),
    };

    public static ScalarCodec? Find(Type type)
    {
        if (type.IsEnum)
        {
            var integer = Find(Enum.GetUnderlyingType(type))!;
            return new ScalarCodec(
                type.Name, (w, v) => integer.Write(w, Convert.ChangeType(v, Enum.GetUnderlyingType(type), CultureInfo.InvariantCulture)),
                r => Enum.ToObject(type, integer.Read(r)!));
        }

        return s_scalars.TryGetValue(type, out var scalar) ? new ScalarCodec(type.Name, scalar.Write, scalar.Read) : null;
    }

    public override void Write(StateWriter state, object? value) => write(state, value!);

    public override object? Read(StateReader state) => read(state);

    private static void WriteDateTime(StateWriter state, object value)
    {
        state.Write(((DateTime)value).Ticks);
        state.Write((byte)((DateTime)value).Kind);
    }

    private static DateTime ReadDateTime(StateReader state)
    {
        var (time, kind) = (state.ReadTime(), state.ReadByte());
        return kind <= (byte)DateTimeKind.Local ? DateTime.SpecifyKind(time, (DateTimeKind)kind)
            : throw new InvalidDataException($"{kind} is not a kind of time");
    }

    private static void WriteOffset(StateWriter state, object value)
    {
        state.Write(((DateTimeOffset)value).Ticks);
        state.Write((short)((DateTimeOffset)value).TotalOffsetMinutes);
    }

    private static DateTimeOffset ReadOffset(StateReader state)
    {
        var (time, minutes) = (state.ReadTime(), state.ReadInt16());
        try
        {
            return new DateTimeOffset(time.Ticks, TimeSpan.FromMinutes(minutes));
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException($"an offset of {minutes} minutes is not valid", exception);
        }
    }
}

/// <summary>Writes null, or an object that is not null.</summary>
internal sealed class NullableCodec(StateCodec content) : StateCodec(content.Shape + "?")
{
    public override void Write(StateWriter state, object? value)
    {
        state.Write(value is not null);
        if (value is not null) content.Write(state, value);
    }

    public override object? Read(StateReader state) => state.ReadBoolean() ? content.Read(state) : null;
}

/// <summary>Writes a collection as its items.</summary>
/// <param name="name">Name of the collection.</param>
/// <param name="item">Writes an item.</param>
/// <param name="create">Creates the collection.</param>
internal sealed class CollectionCodec<TItem>(string name, StateCodec item, Func<List<TItem>, object> create)
    : StateCodec($"{name} of {item.Shape}")
{
    public override void Write(StateWriter state, object? value)
    {
        var items = (IReadOnlyCollection<TItem>)value!;
        state.Write7BitEncodedInt(items.Count);
        foreach (var content in items) item.Write(state, content);
    }

    public override object? Read(StateReader state)
    {
        var items = new List<TItem>();
        for (var count = state.ReadCount(); count > 0; count--) items.Add((TItem)item.Read(state)!);
        try
        {
            return create(items);
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException("a dictionary has an invalid key", exception);
        }
    }
}
