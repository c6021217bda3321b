using System.Text.Json.Nodes;

namespace PlantRuntime.Host.Control;

/// <summary>A command that goes on after its answer.</summary>
internal interface IControlStream : IDisposable
{
    /// <summary>The answer.</summary>
    JsonNode Head { get; }

    /// <summary>Sends what follows it, until the other side says no more, or is gone.</summary>
    /// <exception cref="IOException">It is gone.</exception>
    Task SendAsync(Stream stream, CancellationToken cancel);
}
