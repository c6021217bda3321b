using System.Text.RegularExpressions;

namespace PlantRuntime.Sites.Tests.Testing;

/// <summary>The page of a site that runs in a process of its own, as a browser or a program reads it.</summary>
internal static partial class SitePage
{
    /// <summary>Returns a client of the address that the log names; it keeps cookies and follows no redirect.</summary>
    public static async Task<HttpClient> OpenAsync(PlantProcess plant)
    {
        await plant.WhenAsync("WEB address=");
        var address = Address().Match(plant.Output).Groups[1].Value;
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri($"http://{address}") };
        client.DefaultRequestHeaders.Add("X-Plant-Request", "1");
        client.DefaultRequestHeaders.Add("Origin", $"http://{address}");
        return client;
    }

    [GeneratedRegex(@"WEB address=(\S+)")]
    private static partial Regex Address();
}
