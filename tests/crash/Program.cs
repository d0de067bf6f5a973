using Kestra.Crash.Points;

return args is ["serve", .. var rest]
    ? await CrashHost.RunAsync(rest)
    : await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, Kestra.Crash.SelfRegisteredExtensions.AddSelfRegisteredExtensions);
