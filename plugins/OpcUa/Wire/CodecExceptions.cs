namespace PlantRuntime.Plugins.OpcUa.Wire;

/// <summary>
/// Bytes that are no message of OPC UA Binary. The only exception that parsers of this folder throw; the message names the part that is
/// wrong. Callers treat it as Bad_DecodingError.
/// </summary>
internal sealed class DecodingException(string message) : Exception(message);

/// <summary>A value that cannot be encoded: text longer than the limit, nesting deeper than the limit. Bad_EncodingError.</summary>
internal sealed class EncodingException(string message) : Exception(message);
