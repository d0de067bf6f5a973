namespace Kestra.Webserver.Instance;

/// <summary>What a browser sees at the address of the UI in a build that comes without one.</summary>
internal static class WelcomePage
{
    public const string Html = """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>Kestra</title>
        <style>body { font: 16px/1.5 system-ui, sans-serif; max-width: 42em; margin: 4em auto; padding: 0 1em; color-scheme: light dark }</style>
        <h1>Kestra is running</h1>
        <p>This build has no user interface. Flows are run from the command line and over the API:</p>
        <ul>
          <li><code>kestra flow run FLOW.yaml --server THIS-ADDRESS --user USER:PASSWORD</code> runs a flow and shows its logs and outputs;</li>
          <li><code>kestra --help</code> lists the other commands;</li>
          <li><code>/api/v1/main/…</code> is the API; <code>POST /api/v1/main/basicAuth</code> sets user and password the first time.</li>
        </ul>
        </html>
        """;
}
