using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace PlantRuntime.Web.Tests.Page;

/// <summary>Dead letters on the page: a server refuses every record; engineers export, retry and delete them.</summary>
[Trait("Needs", "Server")]
public sealed class DeadLetterTests : BrowserTestBase
{
    private readonly SocketRelay _relay = new();
    private WebApplication _server = null!;
    private WebFixture _web = null!;

    public override async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.MapPost("/", () => Results.Text("no such field", statusCode: StatusCodes.Status422UnprocessableEntity));
        await _server.StartAsync();
        _web = await WebFixture.StartAsync($$"""
            [site]
            name = "test"
            [web]
            listen = "127.0.0.1:0"
            [devices.line]
            driver = "simulator"
            poll = "100ms"
            tags = { state = "text values=filling|stopped every=500ms" }
            [sinks.lines]
            sink = "http"
            url = "{{_server.Urls.First()}}/"
            """, "Plant.line.Scans.OnChange().To(Sinks.lines);");
        _relay.Folder = _web.Folder;
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _relay.DisposeAsync();
        await _web.DisposeAsync();
        await _server.DisposeAsync();
    }

    [SkippableFact]
    public async Task Engineers_export_retry_and_delete_dead_letters_and_others_see_them()
    {
        var page = await OpenAsync("viewer");
        await page.GetByRole(AriaRole.Button, new() { Name = "dead letters" }).ClickAsync();
        await Expect(page.Locator(".letters tbody tr").First).ToContainTextAsync("no such field");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Delete all" })).ToHaveCountAsync(0);

        page = await OpenAsync("engineer");
        await page.GetByRole(AriaRole.Button, new() { Name = "dead letters" }).ClickAsync();
        var export = page.GetByRole(AriaRole.Button, new() { Name = "Export all" });
        var download = await page.RunAndWaitForDownloadAsync(() => export.ClickAsync());
        Assert.Equal("test-lines-dead-letters.jsonl", download.SuggestedFilename);
        Assert.Contains("\"sink\":\"lines\"", await File.ReadAllTextAsync(await download.PathAsync()), StringComparison.Ordinal);

        var first = page.Locator(".letters input[type=checkbox]").First;
        var name = (await first.GetAttributeAsync("aria-label"))!;
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Delete selected" })).ToBeDisabledAsync();
        await first.CheckAsync();
        await ConfirmAsync(page, "Delete selected");
        await Expect(page.Locator("#toast")).ToContainTextAsync("1 deleted");
        await Expect(page.GetByLabel(name, new() { Exact = true })).ToHaveCountAsync(0);

        first = page.Locator(".letters input[type=checkbox]").First;
        name = (await first.GetAttributeAsync("aria-label"))!;
        await first.CheckAsync();
        await ConfirmAsync(page, "Retry selected");
        await Expect(page.Locator("#toast")).ToContainTextAsync("1 go again");
        await Expect(page.GetByLabel(name, new() { Exact = true })).ToHaveCountAsync(0);
    }

    private static async Task ConfirmAsync(IPage page, string action)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = action }).ClickAsync();
        await page.Locator("dialog").GetByRole(AriaRole.Button, new() { Name = action }).ClickAsync();
    }

    private async Task<IPage> OpenAsync(string role)
    {
        var page = await OpenPageAsync(_relay.Address, role: role);
        await page.GotoAsync("/#queue");
        return page;
    }
}
