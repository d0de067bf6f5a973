using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Kestra.Plugins.Scripts.Runners;

namespace Kestra.Plugins.Scripts.Languages;

/// <summary>Interpreter, requirements and environment of Python tasks.</summary>
internal static class Python
{
    public const string DefaultImage = "python:3.13-slim";

    private const string DefaultVersion = "3.13";
    private const string Folder = ".kestra-python";

    /// <summary>Many machines have Python 3 only under its full name.</summary>
    public static string Interpreter(ScriptRun run) => run.Runner is not ProcessRunner || IsOnPath("python") || !IsOnPath("python3") ? "python" : "python3";

    public static string? ImageFor(IPythonTask task, ScriptRun run) => task.PythonVersion?.Render(run.Context, run.Variables) is { Length: > 0 } version ? $"python:{version}-slim" : null;

    public static IEnumerable<KeyValuePair<string, string>> Environment(IPythonTask task, ScriptRun run)
    {
        yield return KeyValuePair.Create("PYTHONUNBUFFERED", "true");
        yield return KeyValuePair.Create("PIP_ROOT_USER_ACTION", "ignore");
        yield return KeyValuePair.Create("PIP_DISABLE_PIP_VERSION_CHECK", "1");
        if (Requirements(task, run).Count > 0)
        {
            yield return KeyValuePair.Create("PYTHONPATH", TargetOf(run));
        }
    }

    /// <summary>Puts the requirements in place: from the cache, or by commands that run before the script.</summary>
    public static async Task<IReadOnlyList<string>> PrepareAsync(IPythonTask task, ScriptRun run, CancellationToken cancellationToken)
    {
        var requirements = Requirements(task, run);
        if (requirements.Count == 0)
        {
            return [];
        }

        var target = run.Context.WorkingDirectory.Resolve(Folder);
        Directory.CreateDirectory(target);
        var isCached = task.DependencyCacheEnabled.Or(run.Context, true);
        var key = KeyOf(task, run, requirements);
        if (isCached && await RestoreAsync(run, key, target, cancellationToken))
        {
            return [];
        }

        if (isCached)
        {
            run.AfterSuccess(token => StoreAsync(run, key, target, token));
        }

        return [Install(task, run, requirements)];
    }

    private static List<string> Requirements(IPythonTask task, ScriptRun run) =>
        [.. (task.Dependencies?.Render(run.Context, run.Variables) ?? []).Where(static requirement => !string.IsNullOrWhiteSpace(requirement)).Order(StringComparer.Ordinal)];

    private static string TargetOf(ScriptRun run) => run.Context.WorkingDirectory.Resolve(Folder);

    private static string Install(IPythonTask task, ScriptRun run, List<string> requirements)
    {
        var target = Quoted(run.Runner.IsRemote ? Folder : TargetOf(run));
        var list = string.Join(' ', requirements.Select(Quoted));
        var pip = $"{Interpreter(run)} -m pip install --quiet --target {target} {list}";
        return task.PackageManager.Or(run.Context, PackageManager.UV) == PackageManager.PIP
            ? pip
            : $"if command -v uv >/dev/null 2>&1; then uv pip install --quiet --target {target} {list}; else {pip}; fi";
    }

    private static string Quoted(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private static string KeyOf(IPythonTask task, ScriptRun run, List<string> requirements)
    {
        var version = task.PythonVersion?.Render(run.Context, run.Variables) ?? DefaultVersion;
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{version}\n{run.Runner.GetType().Name}\n{string.Join('\n', requirements)}")));
    }

    private static async Task<bool> RestoreAsync(ScriptRun run, string key, string target, CancellationToken cancellationToken)
    {
        if (await run.Context.Storage.OpenCacheAsync("python-dependencies", key, cancellationToken) is not var (content, _))
        {
            return false;
        }

        await using (content)
        {
            await using var unpacked = new GZipStream(content, CompressionMode.Decompress);
            await TarFile.ExtractToDirectoryAsync(unpacked, target, overwriteFiles: true, cancellationToken);
        }

        run.Context.Logger.Debug("The Python dependencies were taken from the cache");
        return true;
    }

    private static async Task StoreAsync(ScriptRun run, string key, string target, CancellationToken cancellationToken)
    {
        var archive = run.Context.WorkingDirectory.CreateTempFile(".tar.gz");
        await using (var packed = new GZipStream(File.Create(archive), CompressionLevel.Fastest))
        {
            await TarFile.CreateFromDirectoryAsync(target, packed, includeBaseDirectory: false, cancellationToken);
        }

        await using var content = File.OpenRead(archive);
        await run.Context.Storage.PutCacheAsync("python-dependencies", key, content, cancellationToken);
    }

    private static bool IsOnPath(string program) =>
        (System.Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Any(folder => File.Exists(Path.Combine(folder, program)));
}
