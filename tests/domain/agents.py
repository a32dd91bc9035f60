"""User agents of people, as their devices send them."""

from __future__ import annotations

TIKTOK_ANDROID = (
    "com.zhiliaoapp.musically/2023205030 (Linux; U; Android 13; en_US; SM-S908U; Build/TP1A.220624.014; "
    "Cronet/TTNetVersion:6c7b701a 2023-04-21 QuicVersion:b314d107 2022-10-31)"
)
TIKTOK_IOS = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
    "musical_ly_29.7.0 JsSdk/2.0 NetType/WIFI Channel/App Store ByteLocale/en Region/US ByteFullLocale/en isDarkMode/1 "
    "WKWebView/1 RevealType/Dialog BytedanceWebview/d8a21c6 FalconTag/"
)
PEOPLE = (
    TIKTOK_ANDROID,
    TIKTOK_IOS,
    "com.ss.android.ugc.trill/2022905040 (Linux; U; Android 12; in_ID; CPH2159; Build/SP1A.210812.016; "
    "Cronet/TTNetVersion:b4d74d15 2020-04-23 QuicVersion:0144d358 2020-03-24)",
    "Mozilla/5.0 (Linux; Android 13; SM-G991U Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 Chrome/114.0.5735.196 Mobile Safari/537.36 trill_2022905040 JsSdk/1.0 NetType/WIFI Channel/googleplay "
    "AppName/musical_ly app_version/29.5.4 ByteLocale/en ByteFullLocale/en Region/US AppId/1233 Spark/1.3.3.2-bugfix "
    "AppVersion/29.5.4 BytedanceWebview/d8a21c6",
    "TikTok 29.7.0 rv:297018 (iPhone; iOS 16.5.1; en_US) Cronet",
    "TikTok/297018 CFNetwork/1406.0.4 Darwin/22.4.0",
    "Dalvik/2.1.0 (Linux; U; Android 12; Pixel 6 Build/SQ3A.220705.003)",
    "okhttp/4.9.1",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36 "
    "Edg/124.0.2478.51",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 "
    "Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/124.0.6367.88 "
    "Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 "
    "Safari/605.1.15",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:125.0) Gecko/20100101 Firefox/125.0",
    "Mozilla/5.0 (Linux; Android 14; SM-A546B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/24.0 "
    "Chrome/117.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
    "[FBAN/FBIOS;FBAV/454.0.0.46.106;FBBV/580985960;FBDV/iPhone14,5;FBMD/iPhone;FBSN/iOS;FBSV/17.4;FBSS/3;FBID/phone;"
    "FBLC/en_US;FBOP/5]",
    "Mozilla/5.0 (Linux; Android 16; Pixel 10 Pro XL Build/CP1A.260305.018; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 Chrome/146.0.7680.174 Mobile Safari/537.36 MetaIAB Facebook",
    "Mozilla/5.0 (Linux; Android 13; SM-A536B; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/123.0 "
    "Mobile Safari/537.36 Instagram 325.0.0.35.91 Android",
    "Mozilla/5.0 (Linux; U; Android 11; zh-cn; M2007J3SC) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
    "Chrome/89.0.4389.116 Mobile Safari/537.36 SogouMSE,SogouMobileBrowser/6.1.6",
)
