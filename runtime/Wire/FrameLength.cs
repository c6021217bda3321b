namespace PlantRuntime.Wire;

/// <summary>
/// Says how long the frame is that begins with these bytes: its whole length in bytes, or 0 when more bytes are needed to know. Pure.
/// </summary>
/// <param name="start">What has come in so far, from the first byte of the frame; may hold more than the frame.</param>
/// <exception cref="FrameException">These bytes begin no frame of the protocol.</exception>
public delegate int FrameLength(ReadOnlySpan<byte> start);
