using System.Buffers;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.ConsoleLines;

/// <summary>How a record becomes one line. May keep buffers: used by one sink, one record at a time.</summary>
internal interface ILineFormat
{
    /// <summary>Appends the record without a line end; nothing in it breaks the line.</summary>
    void Append(ArrayBufferWriter<char> line, in Record record);
}
