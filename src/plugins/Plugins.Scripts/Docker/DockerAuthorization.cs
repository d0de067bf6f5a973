using System.Text;
using System.Text.Json.Nodes;
using Kestra.Plugins.Scripts.Runners;

namespace Kestra.Plugins.Scripts.Docker;

/// <summary>Credentials for the registry of an image, as the engine takes them.</summary>
internal static class DockerAuthorization
{
    private const string Hub = "https://index.docker.io/v1/";

    public static string? Of(DockerRunner runner, IRunContext context, string image)
    {
        if (runner.Credentials is { } credentials)
        {
            return Encoded(new JsonObject
            {
                ["username"] = credentials.Username?.Render(context),
                ["password"] = credentials.Password?.Render(context),
                ["registrytoken"] = credentials.RegistryToken?.Render(context),
                ["identitytoken"] = credentials.IdentityToken?.Render(context),
                ["auth"] = credentials.Auth?.Render(context),
                ["serveraddress"] = credentials.Registry?.Render(context),
            });
        }

        return runner.Config is null ? null : FromConfig(context.RenderValue(runner.Config), RegistryOf(image));
    }

    private static string? FromConfig(object? config, string registry)
    {
        var map = PropertyConversion.To<IReadOnlyDictionary<string, object?>>(config);
        if (map?.GetValueOrDefault("auths") is not IReadOnlyDictionary<string, object?> auths)
        {
            return null;
        }

        var entry = auths.FirstOrDefault(pair => Matches(pair.Key, registry)).Value as IReadOnlyDictionary<string, object?>;
        if (entry?.GetValueOrDefault("auth") is string auth && Encoding.UTF8.GetString(Convert.FromBase64String(auth)).Split(':', 2) is [var user, var password])
        {
            return Encoded(new JsonObject { ["username"] = user, ["password"] = password, ["serveraddress"] = registry });
        }

        return null;
    }

    private static bool Matches(string key, string registry) => key == registry || key.TrimEnd('/').EndsWith("//" + registry, StringComparison.Ordinal) || (registry == "docker.io" && key == Hub);

    private static string RegistryOf(string image) =>
        image.Split('/', 2) is [var first, _] && (first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal) || first == "localhost") ? first : "docker.io";

    private static string Encoded(JsonObject credentials) => Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials.ToJsonString())).Replace('+', '-').Replace('/', '_');
}
