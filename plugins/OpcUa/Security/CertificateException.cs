using PlantRuntime.Plugins.OpcUa.Wire;

namespace PlantRuntime.Plugins.OpcUa.Security;

/// <summary>A certificate is refused. The message names the check that failed, what was found and the remedy.</summary>
internal sealed class CertificateException(uint status, string message) : Exception($"{message} ({new StatusCode(status)})")
{
    public StatusCode Status { get; } = new(status);
}
