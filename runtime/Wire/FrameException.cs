namespace PlantRuntime.Wire;

/// <summary>
/// Bytes came in that are no frame of the protocol: where the next frame begins is unknown, so the connection is of no more use.
/// </summary>
/// <param name="message">What was found and what was expected.</param>
/// <param name="bytes">The bytes; the first of them end the message as hex.</param>
public sealed class FrameException(string message, ReadOnlySpan<byte> bytes) : LinkException($"{message}: {HexDump.Excerpt(bytes)}");
