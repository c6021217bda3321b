using System.Buffers;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Influx.Line;

/// <summary>
/// Writes lines of <c>measurement,tag=value field=value,field=value time</c>. The first field begins the line: there is no line without
/// fields. Part of one <see cref="BatchBody"/>; one call at a time; performs no I/O.
/// </summary>
internal sealed class PointWriter(IBufferWriter<byte> output, InfluxOptions options, string site, string tenant)
{
    private readonly LineProtocolText _text = new(output);
    private readonly FieldValueWriter _values = new(output, new LineProtocolText(output), options.IsVersion2);
    private readonly List<int> _indexes = [];
    private string _device = "";
    private bool _isBegun;

    /// <summary>The field name for a tag of the plant. InfluxDB reserves <c>time</c>.</summary>
    public static string FieldNameOf(string name) => name == "time" ? "time_" : name;

    /// <summary>The measurement of a device's records.</summary>
    public string MeasurementOf(string device) => options.Measurement ?? (device.StartsWith('#') ? $"_{device[1..]}" : device);

    /// <summary>The type of the field that a value becomes.</summary>
    public FieldType TypeOf(in Value value) => _values.TypeOf(value);

    /// <summary>Sets the device of the next fields.</summary>
    public void Begin(string device) => (_device, _isBegun) = (device, false);

    /// <summary>Writes a field, or one per element of an array: <c>name_0</c>, <c>name_1</c>, as in payloads.</summary>
    /// <returns>False if line protocol cannot express the value, and nothing was written.</returns>
    public bool Field(string name, in Value value)
    {
        if (value.Kind == ValueKind.Array) return Elements(name, value.Items);
        if (_values.TypeOf(value) == FieldType.None) return false;
        Separate();
        _text.Name(_indexes.Count == 0 ? FieldNameOf(name) : name);
        foreach (var index in _indexes)
        {
            output.Write("_"u8);
            _values.Write(index, default);
        }

        output.Write("="u8);
        _values.Write(value);
        return true;
    }

    /// <summary>Writes a text field from UTF-8.</summary>
    public void Field(string name, ReadOnlySpan<byte> text)
    {
        Separate();
        _text.Name(name);
        output.Write("="u8);
        _text.Quoted(text);
    }

    /// <summary>Writes the field with the quality of a tag.</summary>
    public void QualityField(string name, Quality quality)
    {
        Separate();
        _text.Name(name);
        output.Write("_quality=\""u8);
        _text.Name(quality.ToText());
        output.Write("\""u8);
    }

    /// <summary>Ends the line.</summary>
    /// <returns>False if there was no field, and so there is no line.</returns>
    public bool End(DateTime time)
    {
        if (!_isBegun) return false;
        output.Write(" "u8);
        _values.Write(Timestamps.From(time, options.Precision), "\n"u8);
        _isBegun = false;
        return true;
    }

    private bool Elements(string name, ReadOnlySpan<Value> items)
    {
        var isWritten = false;
        for (var i = 0; i < items.Length; i++)
        {
            _indexes.Add(i);
            isWritten |= Field(name, items[i]);
            _indexes.RemoveAt(_indexes.Count - 1);
        }

        return isWritten;
    }

    private void Separate()
    {
        output.Write(_isBegun ? ","u8 : default);
        if (_isBegun) return;
        _isBegun = true;
        _text.Name(MeasurementOf(_device));
        Tag("site", site);
        Tag("device", _device);
        if (!options.Tags.ContainsKey("tenant")) Tag("tenant", tenant);
        foreach (var (name, value) in options.Tags) Tag(name, value);
        output.Write(" "u8);
    }

    private void Tag(string name, string value)
    {
        if (value.Length == 0) return;
        output.Write(","u8);
        _text.Name(name);
        output.Write("="u8);
        _text.Name(value);
    }
}
