namespace PlantRuntime.Web.Api;

/// <summary>Reports that a request is refused. The message is written for the user who made the request.</summary>
/// <param name="status">The HTTP status, 400 to 599.</param>
/// <param name="message">The reason and the remedy.</param>
internal sealed class ApiException(int status, string message) : Exception(message)
{
    /// <summary>The HTTP status.</summary>
    public int Status => status;
}
